/** The settings of one embed: attributes of the element over `data-` attributes of the script over defaults. */

import { type Language, pickLanguage } from "./labels.ts";
import type { StorageKind } from "./store.ts";

export interface EmbedSettings {
  /** Address of the assistant, without a final slash. */
  api: string;
  lang: Language;
  position: "left" | "right";
  theme: "auto" | "light" | "dark";
  accent: string;
  label: string;
  title: string;
  greeting: string;
  starters: string[];
  /** Where to send people when the chat cannot run here. */
  booking: string;
  storage: StorageKind;
  open: boolean;
  inline: boolean;
}

export const ATTRIBUTES = [
  "api",
  "lang",
  "position",
  "theme",
  "accent",
  "label",
  "title",
  "greeting",
  "starters",
  "booking",
  "storage",
  "open",
  "inline",
] as const;
export type Attribute = (typeof ATTRIBUTES)[number];
export type Raw = Partial<Record<Attribute, string>>;

const one = <T extends string>(value: string | undefined, allowed: readonly T[], fallback: T): T =>
  allowed.find((item) => item === (value ?? "").trim().toLowerCase()) ?? fallback;

const flag = (value: string | undefined): boolean => value !== undefined && !/^(false|no|0|off)$/i.test(value.trim());

/** Merge raw attributes; unknown values fall back to the default, never to an error. */
export function settings(raw: Raw, page: { lang: string; browser: string; origin: string }): EmbedSettings {
  return {
    api: (raw.api || page.origin).replace(/\/+$/, ""),
    lang: pickLanguage(raw.lang, page.lang, page.browser),
    position: one(raw.position, ["right", "left"], "right"),
    theme: one(raw.theme, ["auto", "light", "dark"], "auto"),
    accent: raw.accent?.trim() ?? "",
    label: raw.label?.trim() ?? "",
    title: raw.title?.trim() ?? "",
    greeting: raw.greeting?.trim() ?? "",
    starters: (raw.starters ?? "")
      .split("|")
      .map((item) => item.trim())
      .filter(Boolean)
      .slice(0, 6),
    booking: raw.booking?.trim() ?? "",
    storage: one(raw.storage, ["session", "local", "none"], "session"),
    open: flag(raw.open),
    inline: flag(raw.inline),
  };
}

/** The attributes of `element`, with or without `data-`. A plain `title` or `lang` is the page's, so only `data-` counts for a script. */
export function attributesOf(element: Element, onlyData: boolean): Raw {
  const raw: Raw = {};
  for (const name of ATTRIBUTES) {
    const value = element.getAttribute(`data-${name}`) ?? (onlyData ? null : element.getAttribute(name));
    if (value !== null) raw[name] = value;
  }
  return raw;
}

/** Directory of the script's address: where the assistant is served. */
export function apiOf(source: string): string {
  try {
    const url = new URL(source);
    return url.protocol.startsWith("http") ? url.origin + url.pathname.replace(/\/[^/]*$/, "") : "";
  } catch {
    return "";
  }
}
