/** The course of one chat: sending, retrying, waiting for the connection. No DOM. */

import { type Api, ApiError } from "./api.ts";
import type { Translate } from "./labels.ts";
import { MAX_TURNS, newTurn, type Session, type Turn } from "./session.ts";
import type { Store } from "./store.ts";

export const MAX_CHARS = 4000;

export interface Watcher {
  /** A turn was added or changed. */
  turn(turn: Turn): void;
  /** All turns are gone. */
  cleared(): void;
  /** Something is under way, or no longer. */
  busy(busy: boolean): void;
}

export class Conversation {
  readonly session: Session;
  private running: Turn | null = null;
  private generation = 0;

  constructor(
    private readonly api: Pick<Api, "stream" | "forget">,
    private readonly store: Pick<Store, "read" | "write" | "clear">,
    private readonly t: Translate,
    private readonly watcher: Watcher,
    private readonly online: () => boolean = () => navigator.onLine !== false,
  ) {
    this.session = store.read() ?? { conversation: null, turns: [], open: false };
  }

  get busy(): boolean {
    return this.running !== null;
  }

  get empty(): boolean {
    return this.session.turns.length === 0;
  }

  /** Add a question; false where it cannot be sent now (empty, too long, another one under way). */
  send(text: string): boolean {
    const message = text.trim();
    if (!message || message.length > MAX_CHARS || this.busy || this.waiting()) return false;
    const turn = newTurn(message);
    this.session.turns.push(turn);
    this.session.turns.splice(0, Math.max(0, this.session.turns.length - MAX_TURNS));
    if (this.online()) void this.run(turn);
    else this.change(turn, { state: "queued" });
    return true;
  }

  /** Ask the same question again under the same key; what had arrived is replaced, not doubled. */
  retry(turn: Turn): void {
    if (this.busy || turn.state === "done" || !turn.canRetry || Date.now() < turn.retryAt) return;
    if (this.online()) void this.run(turn);
    else this.change(turn, { state: "queued", problem: "" });
  }

  /** The connection is back: send what waits. */
  resume(): void {
    const turn = this.waiting();
    if (turn && !this.busy && this.online()) void this.run(turn);
  }

  setOpen(open: boolean): void {
    this.session.open = open;
    this.save();
  }

  vote(turn: Turn, helpful: boolean): void {
    turn.vote = helpful;
    this.save();
  }

  /** Start a new chat here; the server's copy of the old one stays until it expires. */
  restart(): void {
    this.generation += 1;
    this.running = null;
    this.session.turns.length = 0;
    this.session.conversation = null;
    this.store.clear();
    this.save();
    this.watcher.busy(false);
    this.watcher.cleared();
  }

  /** Delete the chat on the server, then here; throws where the server could not be asked. */
  async forget(): Promise<void> {
    if (this.session.conversation) await this.api.forget(this.session.conversation);
    this.restart();
  }

  save(): void {
    this.store.write(this.session);
  }

  private waiting(): Turn | undefined {
    return this.session.turns.find((turn) => turn.state === "queued");
  }

  private change(turn: Turn, change: Partial<Turn>): void {
    Object.assign(turn, change);
    if (turn.state !== "streaming") this.save();
    this.watcher.turn(turn);
  }

  private async run(turn: Turn): Promise<void> {
    const generation = this.generation;
    const current = () => generation === this.generation;
    this.running = turn;
    this.watcher.busy(true);
    this.change(turn, { state: "sending", partial: "", referral: null, problem: "", retryAt: 0 });
    try {
      const reply = await this.ask(turn, current);
      if (!current()) return;
      if (reply.conversation_id) this.session.conversation = reply.conversation_id;
      this.finish();
      this.change(turn, { state: "done", reply, partial: reply.answer || turn.partial, referral: reply.referral });
    } catch (error) {
      if (!current()) return;
      this.finish();
      this.change(turn, this.failure(error));
    }
  }

  private async ask(turn: Turn, current: () => boolean) {
    const once = (conversation: string | null) =>
      this.api.stream(turn.text, conversation, turn.key, {
        referral: (referral) => current() && this.change(turn, { referral, state: "streaming" }),
        delta: (text) => current() && this.change(turn, { partial: turn.partial + text, state: "streaming" }),
      });
    try {
      return await once(this.session.conversation);
    } catch (error) {
      // The server has forgotten an old chat: the question itself was not taken, so ask it in a new one.
      if (!(error instanceof ApiError) || error.status !== 404 || !this.session.conversation || !current()) throw error;
      this.session.conversation = null;
      return await once(null);
    }
  }

  private finish(): void {
    this.running = null;
    this.watcher.busy(false);
  }

  private failure(error: unknown): Partial<Turn> {
    const status = error instanceof ApiError ? error.status : 0;
    const sentence = error instanceof ApiError ? error.sentence : "";
    const fallback = status === -1 ? "dropped" : status === 429 ? "busy" : "unreachable";
    return {
      // Offline before anything was sent: wait for the connection instead of failing.
      state: status === 0 && !this.online() ? "queued" : "failed",
      problem: sentence || this.t(fallback),
      canRetry: status <= 0 || status === 404 || status === 408 || status === 429 || status >= 500,
      retryAt: error instanceof ApiError && error.after ? Date.now() + error.after * 1000 : 0,
    };
  }
}
