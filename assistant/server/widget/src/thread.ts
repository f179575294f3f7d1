/** The conversation as it is read: greeting, turns, and where the view stands. */

import type { Announcer } from "./announcer.ts";
import type { Api } from "./api.ts";
import type { Conversation } from "./conversation.ts";
import { guarded, h, icon, mark } from "./dom.ts";
import type { Extra, Kit } from "./kit.ts";
import type { Translate } from "./labels.ts";
import { parse } from "./markdown.ts";
import { block } from "./render.ts";
import type { Turn } from "./session.ts";
import { TurnView } from "./turn.ts";
import type { Action, Exercise } from "./types.ts";

export interface ThreadParts {
  t: Translate;
  api: Api;
  base: string;
  conversation: Conversation;
  announcer: Announcer;
  kit: Kit;
  ask(text: string): void;
  act(action: Action, look: string): Node;
  extra(): Promise<Extra>;
  routine(exercises: Exercise[]): void;
}

/** Distance from the end, in pixels, at which the reader still counts as being there. */
const AT_END = 56;

export class Thread {
  readonly element: HTMLElement;
  private readonly turns = h("ol", { class: "turns" });
  private readonly greeting = h("div", { class: "greeting" });
  private readonly quick = h("div", { class: "quick" });
  private readonly scroller: HTMLElement;
  private readonly jump: HTMLButtonElement;
  private readonly views = new Map<string, TurnView>();
  private following = true;
  private lastTop = 0;
  /** A turn whose top is kept at the top of the view until the reader scrolls. */
  private pinned: HTMLElement | null = null;
  private restored = false;
  private shownGreeting = "";

  constructor(private readonly parts: ThreadParts) {
    this.scroller = h(
      "div",
      { class: "scroller", tabindex: "0", role: "region", "aria-label": parts.t("thread"), scroll: () => this.onScroll() },
      this.greeting,
      this.turns,
      this.quick,
    );
    this.jump = h("button", { type: "button", class: "jump", hidden: true, click: () => this.follow() }, icon("down"), h("span", {}, parts.t("newest")));
    this.element = h("div", { class: "thread" }, this.scroller, this.jump);
    const grown = new ResizeObserver(guarded(() => this.settle()));
    for (const part of [this.turns, this.greeting, this.quick, this.scroller]) grown.observe(part);
  }

  /** Draw what an earlier page left; once. */
  restore(): void {
    if (this.restored) return;
    this.restored = true;
    const { conversation } = this.parts;
    for (const turn of conversation.session.turns) this.update(turn, false);
    conversation.resume();
    this.follow();
  }

  greet(text: string, starters: string[]): void {
    const key = JSON.stringify([text, starters]);
    if (this.shownGreeting === key) return;
    this.shownGreeting = key;
    const { t, base, announcer } = this.parts;
    const options = { base, newTab: t("newTab"), cite: () => null };
    this.greeting.replaceChildren(h("div", { class: "scene" }, mark(true)), h("div", { class: "md" }, ...parse(text).map((item) => block(item, options))));
    if (starters.length) this.greeting.append(this.chips(starters, t("starters"), "starter"));
    announcer.say(text.replace(/[*_#`]/g, ""));
  }

  update(turn: Turn, live = true): void {
    this.greeting.replaceChildren();
    this.shownGreeting = "";
    let view = this.views.get(turn.key);
    if (!view) {
      view = new TurnView(turn, this.parts);
      this.views.set(turn.key, view);
      this.turns.append(view.element);
      this.follow();
    }
    const finished = live && turn.state === "done";
    const end = this.scroller.scrollTop + this.scroller.clientHeight;
    view.update(live);
    const last = this.parts.conversation.session.turns.at(-1);
    const suggestions = last === turn && turn.state === "done" ? (turn.reply?.suggestions ?? []) : [];
    this.quick.replaceChildren(...(suggestions.length ? [this.chips(suggestions, this.parts.t("replies"), turn.reply?.referral.level === "check" ? "answer-chip" : "")] : []));
    const level = turn.referral?.level ?? "none";
    if (live && this.following && !this.pinned) {
      const long = view.element.offsetHeight > this.scroller.clientHeight && this.scroller.scrollHeight - end > AT_END;
      // Advice on getting help, and its buttons, stay in view however long the words below them grow.
      if (level === "refer" || level === "urgent") this.pinned = view.element;
      // What comes with the end of an answer (cards, sources) does not push away the words being read.
      else if (finished && long && level !== "check") this.following = false;
    }
    this.settle();
  }

  clear(): void {
    this.views.clear();
    this.turns.replaceChildren();
    this.quick.replaceChildren();
    this.jump.hidden = true;
    this.follow();
  }

  /** Go to the end and stay with it. */
  follow(): void {
    this.following = true;
    this.pinned = null;
    this.settle();
  }

  /** After any change of size: stay at the end if the reader is there, else stay put. */
  settle(): void {
    const { scroller, pinned } = this;
    // A greeting is read from its top.
    if (!this.turns.childElementCount) return;
    if (pinned) scroller.scrollTop += pinned.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 12;
    else if (this.following) scroller.scrollTop = scroller.scrollHeight;
    this.lastTop = scroller.scrollTop;
    this.showJump();
  }

  private onScroll(): void {
    const { scrollTop } = this.scroller;
    const moved = scrollTop - this.lastTop;
    this.lastTop = scrollTop;
    // Where this code put it itself, nothing changes; any other move is the reader's.
    if (Math.abs(moved) > 1) {
      this.pinned = null;
      // A text that grows under the view does not end the following; scrolling up does.
      this.following = this.left() < AT_END || (this.following && moved > 0);
    }
    this.showJump();
  }

  private left(): number {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  private showJump(): void {
    this.jump.hidden = this.left() < AT_END;
  }

  private chips(texts: string[], label: string, kind: string): HTMLElement {
    return h(
      "ul",
      { class: `chips ${kind}`, "aria-label": label },
      ...texts.map((text) => h("li", {}, h("button", { type: "button", class: "chip", dir: "auto", click: () => this.parts.ask(text) }, text))),
    );
  }
}
