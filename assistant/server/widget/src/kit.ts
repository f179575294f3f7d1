/** What the parts of the panel share, and what the second file gets handed so that it repeats nothing. */

import type { Announcer } from "./announcer.ts";
import type { Api } from "./api.ts";
import { h, icon, svg, guarded } from "./dom.ts";
import type { Language, Translate } from "./labels.ts";
import { link } from "./render.ts";
import type { Exercise, Plan } from "./types.ts";
import { ownUrl, safeUrl } from "./url.ts";

export interface Kit {
  h: typeof h;
  svg: typeof svg;
  icon: typeof icon;
  guarded: typeof guarded;
  link: typeof link;
  ownUrl: typeof ownUrl;
  safeUrl: typeof safeUrl;
  t: Translate;
  lang: Language;
  api: Api;
  announcer: Announcer;
  /** Cover the conversation with `content`; `onClose` runs when it is left in any way. */
  openSheet(title: string, content: HTMLElement, onClose?: () => void): void;
  closeSheet(): void;
  /** Ask the assistant, as if typed. */
  ask(text: string): void;
}

/** The second file: `widget-extra.js`. */
export interface Extra {
  sheet: string;
  figure(kit: Kit, exercise: Exercise, size: "thumb" | "card" | "stage"): HTMLElement;
  plan(kit: Kit, plan: Plan, exercises: Exercise[], start: (exercises: Exercise[]) => void): HTMLElement;
  routine(kit: Kit, exercises: Exercise[]): void;
}

export const baseKit = { h, svg, icon, guarded, link, ownUrl, safeUrl };
