/** Citations: a marker in the text opens the exact passage right there; the list below holds them all. */

import { h, icon } from "./dom.ts";
import type { Translate } from "./labels.ts";
import { link } from "./render.ts";
import type { Citation } from "./types.ts";
import { safeUrl } from "./url.ts";

export class Passages {
  constructor(
    private readonly t: Translate,
    private readonly base: string,
  ) {}

  /** The marker of the 1-based citation, or null where the reply has none of that number. */
  marker(number: number, citations: Citation[]): HTMLElement | null {
    const citation = citations[number - 1];
    if (!citation) return null;
    const label = `${this.t("source", { number })}: ${lastHeading(citation)}`;
    let open: HTMLElement | null = null;
    const button: HTMLButtonElement = h("button", { type: "button", class: "cite", "aria-expanded": "false", "aria-label": label, title: label }, `${number}`);
    button.addEventListener("click", () => {
      if (open) {
        open.remove();
        open = null;
      } else {
        open = this.passage(citation);
        const place = button.closest("li, p, h3, h4, blockquote, .table") ?? button;
        if (place.tagName === "LI") place.append(open);
        else place.after(open);
      }
      button.setAttribute("aria-expanded", String(open !== null));
    });
    return button;
  }

  list(citations: Citation[]): HTMLElement {
    return h(
      "details",
      { class: "sources" },
      h("summary", {}, icon("book"), h("span", {}, `${this.t("sources")} (${citations.length})`), icon("chevron")),
      h("ol", {}, ...citations.map((citation) => h("li", {}, h("p", { class: "source-name", dir: "auto" }, sectionPath(citation)), this.passage(citation, false)))),
    );
  }

  private passage(citation: Citation, named = true): HTMLElement {
    const page = safeUrl(citation.url, this.base);
    return h(
      "span",
      { class: "passage", role: "note" },
      named && h("span", { class: "source-name", dir: "auto" }, sectionPath(citation)),
      h("q", { dir: "auto" }, citation.quote),
      page ? link(page, [h("span", {}, this.t("openPassage")), icon("out")], { base: this.base, newTab: this.t("newTab") }) : null,
    );
  }
}

const sectionPath = ({ section, guide }: Citation): string => section.split(" > ").join(" › ") || guide;
const lastHeading = ({ section, guide }: Citation): string => section.split(" > ").at(-1) || guide;
