/** Whatever arrives, from the server or from storage, becomes well-formed before anything is drawn. */

import type { Action, Citation, ClinicConfig, Exercise, Level, Plan, Referral, Reply } from "./types.ts";

type Loose = Record<string, unknown>;

const LEVELS: readonly string[] = ["none", "check", "refer", "urgent"];
const WHENS: readonly string[] = ["soon", "today", "now"];
const KINDS: readonly string[] = ["link", "form", "phone"];

const record = (value: unknown): Loose =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Loose) : {};
const text = (value: unknown): string => (typeof value === "string" ? value : typeof value === "number" ? `${value}` : "");
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, 60) : []);
const texts = (value: unknown): string[] => list(value).map(text).filter(Boolean);

export function action(value: unknown): Action {
  const raw = record(value);
  const kind = text(raw.kind);
  return { kind: (KINDS.includes(kind) ? kind : "link") as Action["kind"], label: text(raw.label), url: text(raw.url) };
}

const actions = (value: unknown): Action[] => list(value).map(action).filter((item) => item.label && item.url);

export function referral(value: unknown): Referral {
  const raw = record(value);
  const level = text(raw.level);
  const when = text(raw.when);
  return {
    level: (LEVELS.includes(level) ? level : "none") as Level,
    when: WHENS.includes(when) ? (when as Referral["when"]) : null,
    reasons: list(raw.reasons).map((item) => {
      const reason = record(item);
      return { signal: text(reason.signal), evidence: text(reason.evidence), turn: Number(reason.turn) || 0 };
    }),
    actions: actions(raw.actions),
  };
}

function citation(value: unknown): Citation {
  const raw = record(value);
  return {
    id: text(raw.id),
    guide: text(raw.guide),
    section: text(raw.section),
    url: text(raw.url),
    quote: text(raw.quote),
  };
}

export function exercise(value: unknown): Exercise {
  const raw = record(value);
  return {
    id: text(raw.id),
    name: text(raw.name),
    why: text(raw.why),
    steps: texts(raw.steps),
    dose: text(raw.dose),
    figure: text(raw.figure),
  };
}

function plan(value: unknown): Plan | null {
  const raw = record(value);
  const days = list(raw.days).map((item) => {
    const day = record(item);
    return {
      day: text(day.day),
      run: text(day.run) || null,
      work: text(day.work) || null,
      minutes: list(day.minutes).map(Number).filter(Number.isFinite),
      exercises: texts(day.exercises),
    };
  });
  return days.length ? { days, calendar_url: text(raw.calendar_url) } : null;
}

export function reply(value: unknown): Reply {
  const raw = record(value);
  return {
    conversation_id: text(raw.conversation_id),
    message_id: text(raw.message_id),
    topic: text(raw.topic),
    answer: text(raw.answer),
    referral: referral(raw.referral),
    citations: list(raw.citations).map(citation),
    exercises: list(raw.exercises).map(exercise).filter((item) => item.name),
    plan: plan(raw.plan),
    suggestions: texts(raw.suggestions).slice(0, 8),
    language: text(raw.language),
  };
}

export function clinicConfig(value: unknown): ClinicConfig {
  const raw = record(value);
  const clinic = record(raw.clinic);
  return {
    name: text(clinic.name),
    privacyUrl: text(clinic.privacy_url),
    actions: actions(raw.actions),
    greeting: text(raw.greeting),
    starters: texts(raw.starters).slice(0, 6),
    storage: raw.storage !== false,
  };
}

/** The error object of any error reply, or null where there is none. */
export function errorMessage(value: unknown): string | null {
  const error = record(record(value).error);
  return text(error.message) || text(record(value).message) || null;
}
