/** Live regions apart from the text: whole sentences, politely; urgent advice at once. Focus never moves. */

import { h } from "./dom.ts";

/** Milliseconds after which an announcement leaves the page. */
const HEARD = 12_000;

export class Announcer {
  private readonly polite = h("div", { "aria-live": "polite", "aria-relevant": "additions", class: "sr live" });
  private readonly assertive = h("div", { "aria-live": "assertive", "aria-relevant": "additions", class: "sr live" });

  get elements(): HTMLElement[] {
    return [this.polite, this.assertive];
  }

  say(text: string, urgent = false): void {
    if (!text) return;
    const region = urgent ? this.assertive : this.polite;
    const line = h("p", {}, text);
    region.append(line);
    // Once heard, it must not be met a second time by who reads on.
    setTimeout(() => line.remove(), HEARD);
  }
}
