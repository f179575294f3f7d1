/** The moving figure of one exercise: plays while it is in view, pauses on a tap, stands still where motion is unwelcome. */

import type { ExtraKit } from "./kit.ts";
import type { Exercise } from "../types.ts";
import { asFigure, between, drawing, ease, type Figure, type Pose } from "./pose.ts";

/** Milliseconds from start to end, and of the stay at either. */
export const MOVE = 1500;
export const HOLD = 450;

const loaded = new Map<string, Promise<Figure | null>>();

/** The figure's data, once per page: `/figures/<id>.json` beside the picture that the reply names. */
export function load(kit: ExtraKit, exercise: Exercise): Promise<Figure | null> {
  const url = kit.ownUrl(exercise.figure.replace(/\.svg$/, ".json"), kit.api.base + "/");
  if (!exercise.figure || !url) return Promise.resolve(null);
  let promise = loaded.get(url);
  if (!promise) {
    promise = fetch(url, { credentials: "omit" })
      .then((response) => (response.ok ? response.json() : null))
      .then(asFigure)
      .catch(() => null);
    loaded.set(url, promise);
  }
  return promise;
}

const LAYERS = ["farLeg", "farArm", "bar", "neck", "torso", "nearLeg", "nearArm"] as const;

export class Drawn {
  readonly element: SVGGElement;
  private readonly paths = new Map<string, SVGPathElement>();
  private readonly head: SVGCircleElement;

  constructor(
    kit: ExtraKit,
    private readonly figure: Figure,
    withArrow: boolean,
  ) {
    const { svg } = kit;
    const [x, , width] = figure.crop;
    this.element = svg("g", {}, svg("path", { class: "f-ground", d: `M${x - 400} ${figure.ground + 2.5}H${x + width + 400}` }));
    for (const layer of LAYERS) {
      if (layer === "nearArm") this.path(kit, "halo", "f-halo");
      this.path(kit, layer, layer === "torso" ? "f-torso" : layer.startsWith("far") ? "f-limb f-far" : "f-limb");
    }
    if (figure.prop) this.path(kit, "prop", "f-prop");
    this.head = svg("circle", { class: "f-head", r: 7.6 });
    this.element.append(this.head);
    if (withArrow && figure.arrow) this.element.append(svg("path", { class: "f-arrow", d: figure.arrow }));
  }

  show(pose: Pose): void {
    const parts = drawing(pose, this.figure.prop);
    for (const [name, path] of this.paths) path.setAttribute("d", name === "halo" ? parts.nearArm : parts[name as (typeof LAYERS)[number]]);
    this.head.setAttribute("cx", String(parts.head[0]));
    this.head.setAttribute("cy", String(parts.head[1]));
  }

  private path(kit: ExtraKit, name: string, className: string): void {
    const path = kit.svg("path", { class: className });
    this.paths.set(name, path);
    this.element.append(path);
  }
}

/** Where a cycle of start, end and back stands after `time` milliseconds: 0 to 1. */
export function phase(time: number, move = MOVE, hold = HOLD): number {
  const cycle = 2 * (move + hold);
  const now = time % cycle;
  if (now < hold) return 0;
  if (now < hold + move) return ease((now - hold) / move);
  if (now < hold + move + hold) return 1;
  return 1 - ease((now - 2 * hold - move) / move);
}

const still = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** One figure in a frame: with its own clock, or driven from outside through `show`. */
export class FigureView {
  readonly element: HTMLElement;
  private drawn: Drawn | null = null;
  private figure: Figure | null = null;
  private time = 0;
  private last = 0;
  private frame = 0;
  private visible = false;
  private paused = false;
  private driven: number | null = null;

  constructor(
    private readonly kit: ExtraKit,
    exercise: Exercise,
    private readonly size: "thumb" | "card" | "stage",
  ) {
    this.element = kit.h("div", { class: `figure ${size}` });
    void load(kit, exercise).then(kit.guarded((figure) => this.draw(exercise, figure as Figure | null)));
  }

  /** Show the pose at `at` (0 start, 1 end) instead of playing. */
  show(at: number): void {
    this.driven = at;
    if (this.drawn && this.figure && !still()) this.drawn.show(between(this.figure, at));
  }

  private draw(exercise: Exercise, figure: Figure | null): void {
    const { kit, size } = this;
    const { t } = kit;
    if (!figure) {
      // A guide without figures: a quiet card.
      this.element.append(kit.h("div", { class: "no-figure", "aria-hidden": "true" }, kit.icon("person")));
      return;
    }
    this.figure = figure;
    // A thumbnail stands beside the name, inside a control: there it is decoration.
    const alt = size === "thumb" ? "" : t("figureAlt", { name: exercise.name, steps: exercise.steps.join(" ") || figure.caption });
    if (still()) {
      this.element.classList.add("still");
      // In a thumbnail two figures would be too small to see: the end says more.
      if (size !== "thumb") this.element.append(this.plate(figure, figure.start, t("figureStart"), alt));
      this.element.append(this.plate(figure, figure.end, size === "thumb" ? "" : t("figureEnd"), ""));
      return;
    }
    const svg = this.canvas(figure, alt);
    this.drawn = new Drawn(kit, figure, size !== "thumb");
    svg.append(this.drawn.element);
    this.element.append(svg);
    if (size === "card") this.element.append(this.pauseButton());
    this.drawn.show(between(figure, this.driven ?? 0));
    this.play();
    new IntersectionObserver(
      kit.guarded(([entry]) => {
        this.visible = (entry as IntersectionObserverEntry).isIntersecting;
        this.play();
      }),
    ).observe(this.element);
  }

  private canvas(figure: Figure, alt: string): SVGSVGElement {
    return this.kit.svg("svg", { viewBox: figure.crop.join(" "), role: "img", ...(alt ? { "aria-label": alt } : { "aria-hidden": "true" }) });
  }

  private plate(figure: Figure, pose: Pose, caption: string, alt: string): HTMLElement {
    const svg = this.canvas(figure, alt);
    const drawn = new Drawn(this.kit, figure, pose === figure.end && this.size !== "thumb");
    drawn.show(pose);
    svg.append(drawn.element);
    return this.kit.h("div", { class: "plate" }, svg, caption && this.kit.h("span", { class: "plate-name" }, caption));
  }

  private pauseButton(): HTMLElement {
    const { h, icon, t } = this.kit;
    const button = h("button", { type: "button", class: "figure-pause", "aria-label": t("pauseFigure"), title: t("pauseFigure") }, icon("pause"));
    button.addEventListener("click", () => {
      this.paused = !this.paused;
      const label = t(this.paused ? "playFigure" : "pauseFigure");
      button.setAttribute("aria-label", label);
      button.title = label;
      button.replaceChildren(icon(this.paused ? "play" : "pause"));
      this.play();
    });
    return button;
  }

  private play(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    if (!this.drawn || !this.figure || this.driven !== null || this.paused || !this.visible) return;
    this.last = performance.now();
    const tick = (now: number) => {
      if (!this.element.isConnected) return;
      this.time += Math.min(now - this.last, 100);
      this.last = now;
      this.drawn?.show(between(this.figure as Figure, phase(this.time)));
      this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }
}
