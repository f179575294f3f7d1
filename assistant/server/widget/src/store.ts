/** Where the session is kept: the tab, the browser, or memory only. Nothing is written before `allow()`. */

import { normaliseSession, type Session } from "./session.ts";

export type StorageKind = "session" | "local" | "none";

/** A chat in the browser's own storage is forgotten after this many days. */
const DAYS = 30;

export class Store {
  private allowed = false;
  private forbidden = false;
  private readonly area: Storage | null;

  constructor(
    kind: StorageKind,
    private readonly key: string,
  ) {
    this.area = open(kind);
  }

  /** The visitor has opened the chat (and the clinic keeps sessions): from now on it may be stored. */
  allow(): void {
    this.allowed = !this.forbidden;
  }

  /** The clinic keeps nothing: nothing is stored from now on, and what was is removed. */
  forbid(): void {
    this.forbidden = true;
    this.allowed = false;
    this.clear();
  }

  read(): Session | null {
    try {
      const raw = JSON.parse(this.area?.getItem(this.key) ?? "null") as { at?: number } | null;
      if (!raw || Date.now() - Number(raw.at) > DAYS * 86_400_000) return null;
      return normaliseSession(raw);
    } catch {
      return null;
    }
  }

  write(session: Session): void {
    if (!this.allowed) return;
    try {
      this.area?.setItem(this.key, JSON.stringify({ ...session, at: Date.now() }));
    } catch {
      /* full or forbidden: the page keeps it in memory */
    }
  }

  clear(): void {
    try {
      this.area?.removeItem(this.key);
    } catch {
      /* nothing was stored */
    }
  }
}

function open(kind: StorageKind): Storage | null {
  try {
    return kind === "none" ? null : kind === "local" ? window.localStorage : window.sessionStorage;
  } catch {
    return null;
  }
}
