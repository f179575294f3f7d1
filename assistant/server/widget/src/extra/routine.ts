/** The guided routine: figure, step, timer or counter, sides, rest; and a way out at once when it hurts. */

import type { ExtraKit } from "./kit.ts";
import type { Exercise } from "../types.ts";
import { stages, type Stage } from "./dose.ts";
import { FigureView, HOLD, MOVE, phase } from "./figure.ts";

/** A quiet wish to keep the screen on; browsers without it simply do not. */
class Awake {
  private lock: WakeLockSentinel | null = null;

  async hold(on: boolean): Promise<void> {
    try {
      if (on && !this.lock && document.visibilityState === "visible") {
        this.lock = (await navigator.wakeLock?.request("screen")) ?? null;
        this.lock?.addEventListener("release", () => (this.lock = null));
      } else if (!on) {
        await this.lock?.release();
        this.lock = null;
      }
    } catch {
      /* low battery, or not allowed */
    }
  }
}

export class Routine {
  private readonly view: HTMLElement;
  private list: Stage[] = [];
  private at = -1;
  /** Milliseconds into the stage. */
  private time = 0;
  private last = 0;
  private frame = 0;
  private running = false;
  private more = false;
  private spoken = false;
  private said = "";
  private figure: FigureView | null = null;
  private number!: HTMLElement;
  private unit!: HTMLElement;
  private bar!: HTMLElement;
  private readonly awake = new Awake();

  constructor(
    private readonly kit: ExtraKit,
    private readonly exercises: Exercise[],
  ) {
    this.view = kit.h("div", { class: "routine" });
  }

  open(): void {
    this.kit.openSheet(this.kit.t("routine"), this.view, () => this.stop());
    document.addEventListener("visibilitychange", this.seen);
    this.intro();
  }

  private readonly seen = (): void => {
    if (this.running) void this.awake.hold(true);
  };

  private stop(): void {
    this.pause();
    document.removeEventListener("visibilitychange", this.seen);
    speechSynthesisOf()?.cancel();
  }

  private intro(): void {
    const { h, t, icon } = this.kit;
    const sets = (more: boolean, label: string) =>
      h("label", { class: "tick" }, h("input", { type: "radio", name: "sets", checked: this.more === more, change: () => (this.more = more) }), h("span", {}, label));
    const counts = stages(this.exercises).reduce((most, stage) => Math.max(most, stage.sets), 1);
    const upper = stages(this.exercises, true).reduce((most, stage) => Math.max(most, stage.sets), 1);
    const speech = speechSynthesisOf();
    const begin = h("button", { type: "button", class: "button primary wide", click: () => this.begin() }, icon("play"), h("span", {}, t("begin")));
    this.view.replaceChildren(
      h("p", { class: "routine-note" }, t("routineReady")),
      h(
        "ul",
        { class: "routine-list" },
        ...this.exercises.map((exercise) =>
          h("li", {}, new FigureView(this.kit, exercise, "thumb").element, h("div", {}, h("strong", { dir: "auto" }, exercise.name), h("span", { class: "dose", dir: "auto" }, exercise.dose))),
        ),
      ),
      upper > counts && h("fieldset", { class: "routine-sets" }, h("legend", {}, t("setsChoice")), sets(false, `${counts}`), sets(true, `${upper}`)) || "",
      speech ? h("label", { class: "tick" }, h("input", { type: "checkbox", checked: this.spoken, change: (event) => (this.spoken = (event.target as HTMLInputElement).checked) }), h("span", {}, t("speak"))) : "",
      begin,
    );
  }

  private begin(): void {
    this.list = stages(this.exercises, this.more);
    this.go(0);
    this.play();
  }

  private go(to: number): void {
    if (to >= this.list.length) return this.finish();
    this.at = Math.max(0, to);
    this.time = 0;
    this.said = "";
    this.layout();
    this.paint();
    return undefined;
  }

  private get stage(): Stage {
    return this.list[this.at] as Stage;
  }

  private layout(): void {
    const { h, t, icon } = this.kit;
    const stage = this.stage;
    const exercise = this.exercises[stage.exercise] as Exercise;
    const resting = stage.kind === "rest";
    const side = stage.side === 1 ? t("sideFirst") : stage.side === 2 ? t("sideSecond") : "";
    const where = [t("exerciseOf", { n: stage.exercise + 1, of: this.exercises.length }), t("setOf", { n: stage.set, of: stage.sets }), side].filter(Boolean).join(" · ");
    this.figure = new FigureView(this.kit, exercise, "stage");
    this.number = h("span", { class: "routine-number" });
    this.unit = h("span", { class: "routine-unit" });
    this.bar = h("div", { class: "routine-bar" });
    const control = (name: "previous" | "next" | "pause" | "play", label: string, click: () => void, kind = "") =>
      h("button", { type: "button", class: `round ${kind}`, "aria-label": label, title: label, click }, icon(name));
    const toggle = control(this.running ? "pause" : "play", t(this.running ? "pause" : "resume"), () => (this.running ? this.pause() : this.play()), "big");
    toggle.dataset.role = "toggle";
    const focused = (this.view.getRootNode() as ShadowRoot).activeElement;
    const role = this.view.contains(focused) ? ((focused as HTMLElement).dataset.role ?? "") : null;
    const previous = control("previous", t("previous"), () => this.back());
    previous.dataset.role = "previous";
    const next = control("next", resting ? t("skipRest") : t("next"), () => this.go(this.at + 1));
    next.dataset.role = "next";
    const title = resting ? t("rest") : exercise.name;
    this.view.replaceChildren(
      h("p", { class: "routine-where" }, where),
      this.figure.element,
      h("h4", { dir: "auto" }, title),
      resting ? h("p", { class: "routine-step" }, t("upNext", { name: exercise.name })) : h("ol", { class: "routine-steps" }, ...exercise.steps.map((step) => h("li", { dir: "auto" }, step))),
      h(
        "div",
        { class: "routine-foot" },
        h("p", { class: "routine-count" }, this.number, " ", this.unit),
        h("div", { class: "routine-track" }, this.bar),
        h("div", { class: "routine-controls" }, previous, toggle, next),
        h("button", { type: "button", class: "button danger wide hurts", click: () => this.hurts() }, icon("alert"), h("span", {}, t("hurts"))),
      ),
    );
    if (role !== null) (this.view.querySelector<HTMLElement>(`[data-role="${role || "toggle"}"]`) ?? toggle).focus({ preventScroll: true });
    const spoken = resting ? `${title}. ${t("upNext", { name: exercise.name })}` : `${title}. ${side}`;
    this.kit.announcer.say(`${spoken}. ${where}`);
    this.speak(spoken);
  }

  private back(): void {
    // Over the rest, to the stage before; a stage that runs for a while starts again first.
    if (this.time > 3000 || this.at === 0) return this.go(this.at);
    return this.go(this.list[this.at - 1]?.kind === "rest" ? this.at - 2 : this.at - 1);
  }

  /** Milliseconds of one repetition at this stage. */
  private get beat(): number {
    return 2 * MOVE + HOLD + (this.stage.hold ? this.stage.hold * 1000 : HOLD);
  }

  private get length(): number {
    return this.stage.kind === "reps" ? this.stage.amount * this.beat : this.stage.amount * 1000;
  }

  private paint(): void {
    const { t } = this.kit;
    const stage = this.stage;
    const share = Math.min(1, this.time / this.length);
    this.bar.style.transform = `scaleX(${share})`;
    if (stage.kind === "reps") {
      const done = Math.min(stage.amount, Math.floor(this.time / this.beat) + 1);
      this.set(`${done}`, t(stage.inTurn ? "repsInTurn" : "reps", { of: stage.amount, side: stage.amount / 2 }));
      this.figure?.show(this.repPhase(this.time % this.beat));
    } else {
      this.set(`${Math.max(0, Math.ceil((this.length - this.time) / 1000))}`, t("seconds"));
      this.figure?.show(stage.kind === "flow" ? phase(this.time) : stage.kind === "hold" ? phase(Math.min(this.time, HOLD + MOVE + HOLD / 2)) : phase(this.time));
    }
  }

  /** Start, to the end, held there as long as the guide says, and back. */
  private repPhase(now: number): number {
    const stay = this.beat - 2 * MOVE - HOLD;
    if (now < HOLD + MOVE) return phase(now);
    if (now < HOLD + MOVE + stay) return 1;
    return phase(now - stay + HOLD);
  }

  private set(number: string, unit: string): void {
    if (this.number.textContent !== number) {
      this.number.textContent = number;
      const left = Number(number);
      if (this.stage.kind === "reps" || (this.running && left > 0 && left <= 3)) this.speak(number);
    }
    this.unit.textContent = unit;
  }

  private play(): void {
    this.running = true;
    void this.awake.hold(true);
    this.toggle();
    this.last = performance.now();
    const tick = (now: number) => {
      if (!this.running || !this.view.isConnected) return;
      // A sleeping tab does not count.
      this.time += Math.min(now - this.last, 250);
      this.last = now;
      if (this.time >= this.length) this.go(this.at + 1);
      else this.paint();
      if (this.running) this.frame = requestAnimationFrame(tick);
    };
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(tick);
  }

  private pause(): void {
    this.running = false;
    cancelAnimationFrame(this.frame);
    void this.awake.hold(false);
    this.toggle();
  }

  private toggle(): void {
    const { t, icon } = this.kit;
    const button = this.view.querySelector<HTMLElement>('[data-role="toggle"]');
    const label = t(this.running ? "pause" : "resume");
    button?.replaceChildren(icon(this.running ? "pause" : "play"));
    button?.setAttribute("aria-label", label);
    button?.setAttribute("title", label);
  }

  /** Stop everything and let the guardrail answer. */
  private hurts(): void {
    const exercise = this.exercises[this.stage.exercise] as Exercise;
    this.kit.closeSheet();
    this.kit.ask(this.kit.t("hurtsMessage", { name: exercise.name }));
  }

  private finish(): void {
    const { h, t, icon } = this.kit;
    this.pause();
    const count = this.exercises.length === 1 ? t("countExercise") : t("countExercises", { n: this.exercises.length });
    const heading = h("h4", { tabindex: "-1" }, t("finished"));
    this.view.replaceChildren(
      h("div", { class: "form-done" }, icon("done"), heading, h("p", {}, t("finishedText", { count })), h("button", { type: "button", class: "button", click: () => this.kit.closeSheet() }, t("back"))),
    );
    heading.focus();
    this.kit.announcer.say(t("finished"));
    this.speak(t("finished"));
  }

  private speak(text: string): void {
    const speech = speechSynthesisOf();
    if (!this.spoken || !speech || text === this.said) return;
    this.said = text;
    const words = new SpeechSynthesisUtterance(text);
    words.lang = this.kit.lang;
    speech.speak(words);
  }
}

const speechSynthesisOf = (): SpeechSynthesis | null => ("speechSynthesis" in window ? window.speechSynthesis : null);
