/** The weekly plan: a table that fits a phone, a start button per day, the calendar file. */

import { isExtraLabel } from "../labels.ts";
import type { ExtraKit } from "./kit.ts";
import type { Exercise, Plan, PlanDay } from "../types.ts";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

export function planTable(kit: ExtraKit, plan: Plan, exercises: Exercise[], start: (exercises: Exercise[]) => void): HTMLElement {
  const { h, t, icon } = kit;
  const names = t("days").split(",");
  const kind = (prefix: "run" | "work", value: string | null): string => {
    const key = `${prefix}_${value}`;
    return value ? (isExtraLabel(key) ? t(key) : value) : "–";
  };
  const known = (day: PlanDay) => day.exercises.flatMap((id) => exercises.find((item) => item.id === id) ?? []);
  const name = (id: string) => exercises.find((item) => item.id === id)?.name ?? spelled(id);
  const row = (day: PlanDay) => {
    const index = DAYS.indexOf(day.day);
    const playable = known(day);
    const minutes = day.minutes.length ? t("minutes", { range: [...new Set(day.minutes)].join("–") }) : "";
    const work = h(
      "td",
      {},
      h("span", { class: "plan-work" }, kind("work", day.work), minutes && h("span", { class: "plan-min" }, ` ${minutes}`)),
      day.exercises.length > 0 && h("ul", { class: "plan-list" }, ...day.exercises.map((id) => h("li", {}, name(id)))),
    );
    const go = h("button", { type: "button", class: "round go", "aria-label": `${t("start")}: ${names[index] ?? day.day}`, title: t("start"), click: () => start(playable) }, icon("play"));
    return h(
      "tr",
      { class: day.work ? "on" : "off" },
      h("th", { scope: "row" }, names[index] ?? day.day),
      h("td", {}, kind("run", day.run)),
      work,
      h("td", { class: "plan-go" }, playable.length > 0 && go),
    );
  };
  const calendar = plan.calendar_url && kit.link(plan.calendar_url, [icon("calendar"), h("span", {}, t("calendar"))], { base: `${kit.api.base}/`, newTab: t("newTab") });
  if (calendar instanceof HTMLElement) calendar.className = "button";
  return h(
    "section",
    { class: "plan", "aria-label": t("plan") },
    h(
      "table",
      {},
      h("caption", {}, t("plan")),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("day")), h("th", { scope: "col" }, t("run")), h("th", { scope: "col" }, t("work")), h("td"))),
      h("tbody", {}, ...plan.days.map(row)),
    ),
    calendar || null,
  );
}

const spelled = (id: string): string => id.replace(/-/g, " ").replace(/\b\w/g, (letter) => letter.toUpperCase());
