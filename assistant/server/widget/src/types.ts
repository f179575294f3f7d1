/** The public contract, as the widget reads it. */

export type Level = "none" | "check" | "refer" | "urgent";
export type FormTopic = "call_back" | "discovery_call" | "cost_availability";

export interface Reason {
  signal: string;
  evidence: string;
  turn: number;
}

export interface Action {
  kind: "link" | "form" | "phone";
  label: string;
  url: string;
}

export interface Referral {
  level: Level;
  when: "soon" | "today" | "now" | null;
  reasons: Reason[];
  actions: Action[];
}

export interface Citation {
  id: string;
  guide: string;
  section: string;
  url: string;
  quote: string;
}

export interface Exercise {
  id: string;
  name: string;
  why: string;
  steps: string[];
  dose: string;
  figure: string;
}

export interface PlanDay {
  day: string;
  run: string | null;
  work: string | null;
  minutes: number[];
  exercises: string[];
}

export interface Plan {
  days: PlanDay[];
  calendar_url: string;
}

export interface Reply {
  conversation_id: string;
  message_id: string;
  topic: string;
  answer: string;
  referral: Referral;
  citations: Citation[];
  exercises: Exercise[];
  plan: Plan | null;
  suggestions: string[];
  language: string;
}

/** `GET /api/config`. */
export interface ClinicConfig {
  name: string;
  privacyUrl: string;
  actions: Action[];
  greeting: string;
  starters: string[];
  storage: boolean;
}
