/** What the widget remembers of one chat. */

import * as normalise from "./normalise.ts";
import type { Referral, Reply } from "./types.ts";

export type TurnState = "queued" | "sending" | "streaming" | "done" | "failed";

export interface Turn {
  /** Made here; sent as Idempotency-Key, so that a retry is never a second question. */
  key: string;
  text: string;
  state: TurnState;
  /** Markdown received so far. */
  partial: string;
  referral: Referral | null;
  reply: Reply | null;
  /** A sentence for the person, when failed. */
  problem: string;
  canRetry: boolean;
  /** Milliseconds since the epoch before which a retry is refused by the server. */
  retryAt: number;
  vote: boolean | null;
}

export interface Session {
  conversation: string | null;
  turns: Turn[];
  open: boolean;
}

export const MAX_TURNS = 60;

export function newTurn(text: string): Turn {
  return {
    key: newKey(),
    text,
    state: "sending",
    partial: "",
    referral: null,
    reply: null,
    problem: "",
    canRetry: true,
    retryAt: 0,
    vote: null,
  };
}

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Read a stored session; anything malformed is left out, and what was under way counts as failed. */
export function normaliseSession(value: unknown): Session {
  const raw = (value ?? {}) as Record<string, unknown>;
  const turns = (Array.isArray(raw.turns) ? raw.turns : []).slice(-MAX_TURNS).flatMap((item: unknown): Turn[] => {
    const old = (item ?? {}) as Record<string, unknown>;
    if (typeof old.text !== "string" || !old.text) return [];
    const done = old.state === "done" && !!old.reply;
    return [
      {
        ...newTurn(old.text),
        key: typeof old.key === "string" && /^[0-9a-f]{32}$/.test(old.key) ? old.key : newKey(),
        state: done ? "done" : old.state === "queued" ? "queued" : "failed",
        partial: typeof old.partial === "string" ? old.partial : "",
        referral: old.referral ? normalise.referral(old.referral) : null,
        reply: done ? normalise.reply(old.reply) : null,
        problem: typeof old.problem === "string" ? old.problem : "",
        canRetry: old.canRetry !== false,
        vote: typeof old.vote === "boolean" ? old.vote : null,
      },
    ];
  });
  return {
    conversation: typeof raw.conversation === "string" ? raw.conversation : null,
    turns,
    open: raw.open === true,
  };
}
