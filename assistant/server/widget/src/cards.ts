/** Exercise cards. The words stand at once; the moving figure comes with the second file. */

import { h, icon, report } from "./dom.ts";
import type { ThreadParts } from "./thread.ts";
import type { Exercise } from "./types.ts";

export function exerciseCards(exercises: Exercise[], parts: ThreadParts): HTMLElement {
  const { t } = parts;
  const single = exercises.length === 1;
  const slots: (() => void)[] = [];
  const cards = exercises.map((exercise) => card(exercise, single, parts, slots));
  parts.extra().then(() => slots.forEach((draw) => draw()), report);
  return h(
    "section",
    { class: "exercises", "aria-label": t("exercises") },
    ...cards,
    h("button", { type: "button", class: "button primary start", click: () => parts.routine(exercises) }, icon("play"), h("span", {}, t("start"))),
  );
}

function card(exercise: Exercise, single: boolean, parts: ThreadParts, slots: (() => void)[]): HTMLElement {
  const { t, extra, kit } = parts;
  const figure = h("div", { class: "figure-slot" });
  const draw = (size: "thumb" | "card") => {
    extra().then((module) => figure.replaceChildren(module.figure(kit, exercise, size)), report);
  };
  const words = h(
    "div",
    { class: "card-words" },
    exercise.why && h("p", {}, h("strong", {}, `${t("why")}: `), exercise.why),
    exercise.steps.length > 0 && h("p", {}, h("strong", {}, t("how"))),
    exercise.steps.length > 0 && h("ol", {}, ...exercise.steps.map((step) => h("li", { dir: "auto" }, step))),
  );
  const title = h("span", { class: "card-title" }, h("span", { class: "card-name", dir: "auto" }, exercise.name), exercise.dose && h("span", { class: "dose" }, h("span", { class: "sr" }, `${t("dose")}: `), exercise.dose));
  if (single) {
    slots.push(() => draw("card"));
    return h("div", { class: "card single" }, figure, title, h("details", {}, h("summary", {}, h("span", {}, t("how")), icon("chevron")), words));
  }
  slots.push(() => draw("thumb"));
  const element: HTMLDetailsElement = h("details", { class: "card" }, h("summary", {}, figure, title, icon("chevron")), words);
  // Opened, the card shows the figure in full, above the words.
  const stage = h("div", { class: "stage-slot" });
  words.prepend(stage);
  element.addEventListener("toggle", () => {
    if (!element.open) return stage.replaceChildren();
    extra().then((module) => element.open && stage.replaceChildren(module.figure(kit, exercise, "card")), report);
    return undefined;
  });
  return element;
}
