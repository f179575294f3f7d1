/** Turns the clinic's accent colour into readable ones, for both schemes. */

import { contrast, css, parseColour, readable, type Rgb, textOn } from "./colour.ts";

const PAPER: Record<"light" | "dark", Rgb> = { light: [255, 255, 255], dark: [15, 33, 41] };

/** Set the custom properties of `root` for `accent`; an unreadable value leaves the defaults. */
export function applyAccent(root: HTMLElement, accent: string, scheme: "light" | "dark"): void {
  const colour = parseColour(accent);
  const names = ["--fill", "--on-fill", "--accent", "--accent-text"];
  if (!colour) {
    for (const name of names) root.style.removeProperty(name);
    return;
  }
  const paper = PAPER[scheme];
  // A filled button must stand out from the paper (3:1) and carry its text (4.5:1).
  const fill = contrast(colour, paper) >= 3 ? colour : readable(colour, paper, 3);
  const on = textOn(fill);
  const values = [css(contrast(on, fill) >= 4.5 ? fill : readable(fill, on, 4.5)), css(on), css(readable(colour, paper, 3)), css(readable(colour, paper, 4.6))];
  names.forEach((name, index) => root.style.setProperty(name, values[index] as string));
}
