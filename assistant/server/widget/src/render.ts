/** Draws parsed Markdown; redraws only the blocks that changed, so that reading and selecting are not disturbed. */

import { h } from "./dom.ts";
import { type Block, type Inline, parse } from "./markdown.ts";
import { safeUrl } from "./url.ts";

export interface InlineOptions {
  base: string;
  newTab: string;
  /** The marker of citation `number`, or null to leave it out (not known yet, or not in the reply). */
  cite(number: number): Node | null;
}

export function link(href: string, label: Node[] | string, options: Pick<InlineOptions, "base" | "newTab">): Node {
  const url = safeUrl(href, options.base);
  const content = typeof label === "string" ? [label] : label;
  if (!url) return h("span", {}, ...content);
  const web = /^https?:/.test(url);
  return h(
    "a",
    { href: url, ...(web ? { target: "_blank", rel: "noopener noreferrer" } : {}) },
    ...content,
    web && h("span", { class: "sr" }, ` ${options.newTab}`),
  );
}

export function inline(nodes: Inline[], options: InlineOptions): Node[] {
  return nodes.flatMap((node): Node[] => {
    if (typeof node === "string") return [document.createTextNode(node)];
    if (node.tag === "br") return [h("br")];
    if (node.tag === "cite") {
      const marker = options.cite(node.number);
      return marker ? [marker] : [];
    }
    if (node.tag === "a") return [link(node.href, inline(node.children, options), options)];
    return [h(node.tag, {}, ...inline(node.children, options))];
  });
}

export function block(node: Block, options: InlineOptions): HTMLElement {
  switch (node.tag) {
    case "p":
      return h("p", { dir: "auto" }, ...inline(node.children, options));
    case "h":
      // The panel's own title is the h2; headings of an answer go below it.
      return h(node.level <= 2 ? "h3" : "h4", { dir: "auto" }, ...inline(node.children, options));
    case "ul":
    case "ol":
      return h(
        node.tag,
        node.tag === "ol" && node.start !== 1 ? { start: node.start } : {},
        ...node.items.map((item) =>
          h("li", { dir: "auto" }, ...inline(item.children, options), ...item.nested.map((child) => block(child, options))),
        ),
      );
    case "quote":
      return h("blockquote", {}, ...node.blocks.map((child) => block(child, options)));
    case "pre":
      return h("pre", { tabindex: "0" }, h("code", {}, node.text));
    case "hr":
      return h("hr");
    case "table":
      return h(
        "div",
        { class: "table", tabindex: "0" },
        h(
          "table",
          {},
          h("thead", {}, h("tr", {}, ...node.head.map((cell) => h("th", { scope: "col" }, ...inline(cell, options))))),
          h(
            "tbody",
            {},
            ...node.rows.map((row) => h("tr", {}, ...row.map((cell) => h("td", { dir: "auto" }, ...inline(cell, options))))),
          ),
        ),
      );
  }
}

export class MarkdownView {
  readonly element = h("div", { class: "md" });
  private drawn: { key: string; node: HTMLElement }[] = [];

  /** Show `source`; `version` changes when the same words must be drawn anew (citations became known). */
  show(source: string, options: InlineOptions, version: string): void {
    const blocks = parse(source);
    blocks.forEach((item, index) => {
      const key = version + JSON.stringify(item);
      const old = this.drawn[index];
      if (old?.key === key) return;
      const node = block(item, options);
      if (old) old.node.replaceWith(node);
      else this.element.append(node);
      this.drawn[index] = { key, node };
    });
    for (const extra of this.drawn.splice(blocks.length)) extra.node.remove();
  }
}
