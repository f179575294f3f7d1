/** One question and its answer, drawn and kept up to date. */

import { h, icon, report } from "./dom.ts";
import { careCard } from "./carecard.ts";
import { exerciseCards } from "./cards.ts";
import { MarkdownView } from "./render.ts";
import { SentenceFeed } from "./sentences.ts";
import type { Turn } from "./session.ts";
import { Passages } from "./passages.ts";
import type { ThreadParts } from "./thread.ts";
import { tools } from "./tools.ts";
import type { Reply } from "./types.ts";

export class TurnView {
  readonly element: HTMLLIElement;
  private readonly status = h("p", { class: "status" });
  private readonly answer = h("article", { class: "answer" });
  private readonly care = h("div", { class: "care-slot" });
  private readonly markdown = new MarkdownView();
  private readonly more = h("div", { class: "more" });
  private readonly problem = h("div", { class: "problem-slot" });
  private readonly feed = new SentenceFeed();
  private readonly passages: Passages;
  private careKey = "";
  private frame = 0;
  private finished = false;

  constructor(
    private readonly turn: Turn,
    private readonly parts: ThreadParts,
  ) {
    const { t } = parts;
    this.passages = new Passages(t, parts.base);
    this.element = h(
      "li",
      { class: "turn" },
      h("div", { class: "you", dir: "auto" }, h("span", { class: "sr" }, `${t("you")}: `), turn.text),
      this.status,
      this.answer,
      this.problem,
    );
    this.answer.append(this.care, this.markdown.element, this.more);
  }

  /** Follow the turn; `live` false while an old session is drawn, which announces nothing. */
  update(live: boolean): void {
    const { turn, parts } = this;
    const { state } = turn;
    const waiting = state === "sending" || (state === "streaming" && !turn.partial);
    this.status.textContent = state === "queued" ? parts.t("waiting") : waiting ? parts.t("thinking") : "";
    this.status.classList.toggle("pulse", waiting);
    this.element.dataset.state = state;
    this.answer.hidden = !turn.partial && !turn.referral && !turn.reply;
    this.answer.setAttribute("aria-busy", String(waiting || state === "streaming"));
    this.showCare(live);
    // The first words are drawn at once; later ones at most once per frame.
    if (state === "streaming" && this.markdown.element.childElementCount) this.frame ||= requestAnimationFrame(() => this.draw(live));
    else this.draw(live);
    if (state === "done" && turn.reply && !this.finished) this.finish(turn.reply);
    this.showProblem(live);
  }

  private draw(live: boolean): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const { turn, parts } = this;
    const known = turn.state === "done" && turn.reply ? turn.reply.citations : [];
    this.markdown.show(
      turn.partial,
      { base: parts.base, newTab: parts.t("newTab"), cite: (number) => this.passages.marker(number, known) },
      known.length ? "cited" : "",
    );
    if (!live) return;
    if (turn.state === "sending") return;
    const urgent = turn.referral?.level === "urgent";
    for (const sentence of this.feed.take(turn.partial, turn.state === "done")) parts.announcer.say(sentence, urgent);
  }

  private showCare(live: boolean): void {
    const { turn, parts } = this;
    const key = JSON.stringify(turn.referral);
    if (key === this.careKey) return;
    this.careKey = key;
    const card = turn.referral && careCard(turn.referral, parts.t, parts.act);
    this.care.replaceChildren(...(card ? [card.element] : []));
    this.answer.dataset.level = turn.referral?.level ?? "none";
    if (card && live) parts.announcer.say(card.title, turn.referral?.level === "urgent");
  }

  private finish(reply: Reply): void {
    this.finished = true;
    const { turn, parts } = this;
    const urgent = reply.referral.level === "urgent";
    this.more.replaceChildren();
    if (!urgent) {
      if (reply.plan) this.showPlan(reply);
      if (reply.exercises.length) this.more.append(exerciseCards(reply.exercises, parts));
    }
    if (reply.referral.level === "none" && reply.referral.actions.length)
      this.more.append(h("div", { class: "actions" }, ...reply.referral.actions.map((action, index) => parts.act(action, index ? "" : "primary"))));
    if (reply.citations.length) this.more.append(this.passages.list(reply.citations));
    this.more.append(tools(turn, reply, parts));
  }

  private showPlan(reply: Reply): void {
    const plan = reply.plan;
    if (!plan) return;
    const slot = h("div", { class: "plan-slot" });
    this.more.append(slot);
    this.parts.extra().then((extra) => {
      slot.append(extra.plan(this.parts.kit, plan, reply.exercises, (exercises) => this.parts.routine(exercises)));
    }, report);
  }

  private showProblem(live: boolean): void {
    const { turn, parts } = this;
    if (turn.state !== "failed") {
      this.problem.replaceChildren();
      return;
    }
    const text = turn.problem || parts.t(turn.partial ? "dropped" : "unreachable");
    const retry = h("button", { type: "button", class: "button", click: () => parts.conversation.retry(turn) }, icon("next"), h("span", {}, parts.t("retry")));
    this.problem.replaceChildren(h("div", { class: "problem" }, icon("alert"), h("p", {}, text), turn.canRetry && retry));
    const wait = turn.retryAt - Date.now();
    if (wait > 0) {
      retry.setAttribute("aria-disabled", "true");
      setTimeout(() => retry.removeAttribute("aria-disabled"), Math.min(wait, 120_000));
    }
    if (live) parts.announcer.say(text);
  }
}
