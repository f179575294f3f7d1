/** Referral as a card that is told apart by words, icon and frame, never by colour alone. */

import { h, icon, type IconName } from "./dom.ts";
import type { LabelKey, Translate } from "./labels.ts";
import type { Action, Referral } from "./types.ts";

const LOOKS: Record<"check" | "refer" | "urgent", IconName> = { check: "question", refer: "person", urgent: "alert" };

export interface CareCard {
  element: HTMLElement;
  title: string;
}

/** Return null at level none. The words of the advice itself are the answer's, below. */
export function careCard(referral: Referral, t: Translate, act: (action: Action, look: string) => Node): CareCard | null {
  const { level, when, reasons, actions } = referral;
  if (level === "none") return null;
  const key: LabelKey = level !== "urgent" ? level : when === "today" ? "urgentToday" : "urgentNow";
  const title = t(key);
  const words = [...new Set(reasons.map((reason) => reason.evidence.trim()).filter(Boolean))].slice(0, 3);
  // To call comes first when it is urgent.
  const ordered = level === "urgent" ? [...actions].sort((a, b) => Number(b.kind === "phone") - Number(a.kind === "phone")) : actions;
  const because =
    level !== "check" && words.length > 0 && h("p", { class: "because" }, `${t("because")} `, ...words.flatMap((word, index) => [index ? ", " : "", h("q", { dir: "auto" }, word)]));
  const ways =
    ordered.length > 0 && h("div", { class: "actions" }, ...ordered.map((action, index) => act(action, index === 0 || (level === "urgent" && action.kind === "phone") ? "primary" : "")));
  const element = h(
    "div",
    { class: `care ${level}`, role: "group", "aria-label": title },
    h("p", { class: "care-title" }, icon(LOOKS[level]), h("span", {}, title)),
    level === "urgent" ? ways : because,
    level === "urgent" ? because : ways,
  );
  return { element, title };
}
