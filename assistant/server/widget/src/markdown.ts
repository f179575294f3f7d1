/**
 * Markdown to a small tree, and the tree to DOM nodes made of elements and text nodes only.
 * HTML in the source stays text; links pass `safeUrl`; pictures are never loaded.
 */

export type Inline =
  | string
  | { tag: "strong" | "em" | "code"; children: Inline[] }
  | { tag: "a"; href: string; children: Inline[] }
  | { tag: "cite"; number: number }
  | { tag: "br" };

export interface ListItem {
  children: Inline[];
  nested: Block[];
}

export type Block =
  | { tag: "p"; children: Inline[] }
  | { tag: "h"; level: number; children: Inline[] }
  | { tag: "ul" | "ol"; start: number; items: ListItem[] }
  | { tag: "quote"; blocks: Block[] }
  | { tag: "pre"; text: string }
  | { tag: "hr" }
  | { tag: "table"; head: Inline[][]; rows: Inline[][][] };

const MAX_DEPTH = 6;
const ESCAPABLE = /[!-/:-@[-`{-~]/;
const AUTOLINK = /(?:https?:\/\/|mailto:|tel:)[^\s<>"'`]+/y;
const CITE = /\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\](?!\()/y;
const LINK = /\[((?:[^[\]\\\n]|\\.){1,300})\]\(\s*<?([^\s()<>]{0,2000}(?:\([^\s()<>]{0,200}\)[^\s()<>]{0,500})?)>?(?:\s+"[^"\n]{0,200}")?\s*\)/y;

export function parseInline(source: string, depth = 0): Inline[] {
  const out: Inline[] = [];
  let plain = "";
  let at = 0;
  const flush = () => {
    if (plain) out.push(plain);
    plain = "";
  };
  const sticky = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  while (at < source.length) {
    const char = source[at] as string;
    const next = source[at + 1] ?? "";
    if (char === "\\" && ESCAPABLE.test(next)) {
      plain += next;
      at += 2;
    } else if (char === "\n" || (char === "\\" && next === "\n")) {
      const hard = char === "\\" || plain.endsWith("  ");
      plain = plain.trimEnd();
      if (hard) {
        flush();
        out.push({ tag: "br" });
      } else plain += " ";
      at += char === "\\" ? 2 : 1;
    } else if (char === "`") {
      const end = source.indexOf("`", at + 1);
      if (end > at + 1) {
        flush();
        out.push({ tag: "code", children: [source.slice(at + 1, end)] });
        at = end + 1;
      } else {
        plain += char;
        at += 1;
      }
    } else if ((char === "*" || char === "_") && depth < MAX_DEPTH) {
      const span = emphasis(source, at, char);
      if (span) {
        flush();
        out.push({ tag: span.width === 2 ? "strong" : "em", children: parseInline(span.inner, depth + 1) });
        at = span.end;
      } else {
        const run = next === char ? 2 : 1;
        plain += source.slice(at, at + run);
        at += run;
      }
    } else if (char === "[") {
      const cite = sticky(CITE);
      const link = cite ? null : depth < MAX_DEPTH ? sticky(LINK) : null;
      if (cite) {
        plain = plain.replace(/ $/, "\u00a0");
        flush();
        for (const number of (cite[1] as string).split(",")) out.push({ tag: "cite", number: Number(number) });
        at += cite[0].length;
      } else if (link) {
        flush();
        out.push({ tag: "a", href: link[2] as string, children: parseInline(link[1] as string, MAX_DEPTH) });
        at += link[0].length;
      } else {
        plain += char;
        at += 1;
      }
    } else if ("hmt".includes(char) && !/[\p{L}\p{N}]$/u.test(plain) && sticky(AUTOLINK)) {
      const found = (sticky(AUTOLINK) as RegExpExecArray)[0].replace(/[.,;:!?)\]*_]+$/, "");
      flush();
      out.push({ tag: "a", href: found, children: [found] });
      at += found.length;
    } else {
      plain += char;
      at += 1;
    }
  }
  flush();
  return out;
}

function emphasis(source: string, at: number, char: string): { width: 1 | 2; inner: string; end: number } | null {
  const wordBefore = /[\p{L}\p{N}]/u.test(source[at - 1] ?? "");
  if (char === "_" && wordBefore) return null;
  const width = source[at + 1] === char ? 2 : 1;
  const from = at + width;
  if (!source[from] || /\s/.test(source[from] as string)) return null;
  const mark = char.repeat(width);
  for (let end = source.indexOf(mark, from + 1); end > 0; end = source.indexOf(mark, end + width)) {
    const closes = !/\s/.test(source[end - 1] as string) && source[end - 1] !== "\\";
    const doubled = width === 1 && (source[end + 1] === char || source[end - 1] === char);
    const inWord = char === "_" && /[\p{L}\p{N}]/u.test(source[end + width] ?? "");
    if (closes && !doubled && !inWord) return { width, inner: source.slice(from, end), end: end + width };
    if (doubled) end += 1;
  }
  return null;
}

const BULLET = /^(\s{0,12})([-*+•]|\d{1,3}[.)])\s+(.*)$/;
const RULE = /^\s{0,3}([-*_])(?:\s*\1){2,}\s*$/;
const HEADING = /^\s{0,3}(#{1,6})\s+(.*?)\s*#*$/;
const DELIMITER = /^\s*\|?\s*:?-{1,}:?\s*(\|\s*:?-{1,}:?\s*)*\|?\s*$/;

/** Parse a whole answer. Never throws; unknown syntax stays text. */
export function parse(source: string, depth = 0): Block[] {
  const lines = source.replace(/\r\n?/g, "\n").replace(/\0/g, "\ufffd").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  const line = (offset = 0): string => lines[at + offset] ?? "";
  const starts = (value: string, following: string): boolean =>
    HEADING.test(value) ||
    RULE.test(value) ||
    BULLET.test(value) ||
    /^\s{0,3}>/.test(value) ||
    /^\s{0,3}```/.test(value) ||
    (value.includes("|") && DELIMITER.test(following) && following.includes("-"));
  while (at < lines.length) {
    const current = line();
    let match: RegExpExecArray | null;
    if (!current.trim()) {
      at += 1;
    } else if (/^\s{0,3}```/.test(current)) {
      const body: string[] = [];
      for (at += 1; at < lines.length && !/^\s{0,3}```/.test(line()); at += 1) body.push(line());
      at += 1;
      blocks.push({ tag: "pre", text: body.join("\n") });
    } else if ((match = HEADING.exec(current))) {
      blocks.push({ tag: "h", level: (match[1] as string).length, children: parseInline(match[2] as string) });
      at += 1;
    } else if (RULE.test(current)) {
      blocks.push({ tag: "hr" });
      at += 1;
    } else if (/^\s{0,3}>/.test(current) && depth < MAX_DEPTH) {
      const body: string[] = [];
      for (; /^\s{0,3}>/.test(line()); at += 1) body.push(line().replace(/^\s{0,3}> ?/, ""));
      blocks.push({ tag: "quote", blocks: parse(body.join("\n"), depth + 1) });
    } else if (current.includes("|") && DELIMITER.test(line(1)) && line(1).includes("-")) {
      const head = cells(current);
      const rows: Inline[][][] = [];
      for (at += 2; line().includes("|") && line().trim(); at += 1) {
        const row = cells(line());
        rows.push(head.map((_, index) => parseInline(row[index] ?? "")));
      }
      blocks.push({ tag: "table", head: head.map((cell) => parseInline(cell)), rows });
    } else if (BULLET.test(current) && depth < MAX_DEPTH) {
      at = parseList(lines, at, depth, blocks);
    } else {
      const body = [current];
      for (at += 1; at < lines.length && line().trim() && !starts(line(), line(1)); at += 1) body.push(line());
      blocks.push({ tag: "p", children: parseInline(body.map((value) => value.trimStart()).join("\n")) });
    }
  }
  return blocks;
}

function parseList(lines: string[], from: number, depth: number, blocks: Block[]): number {
  const first = BULLET.exec(lines[from] as string) as RegExpExecArray;
  const indent = (first[1] as string).length;
  const ordered = /\d/.test(first[2] as string);
  const items: ListItem[] = [];
  let at = from;
  while (at < lines.length) {
    const match = BULLET.exec(lines[at] as string);
    if (!match || (match[1] as string).length > indent + 1 || (match[1] as string).length < indent) break;
    if (/\d/.test(match[2] as string) !== ordered || RULE.test(lines[at] as string)) break;
    const body = [match[3] as string];
    const nested: string[] = [];
    for (at += 1; at < lines.length; at += 1) {
      const value = lines[at] as string;
      const bullet = BULLET.exec(value);
      if (bullet && (bullet[1] as string).length <= indent + 1) break;
      if (!value.trim()) {
        const after = lines[at + 1] ?? "";
        if (/^\s{2,}\S/.test(after) && after.search(/\S/) > indent) nested.push("");
        else break;
      } else if (bullet || nested.length) nested.push(value.slice(Math.min(indent + 2, value.search(/\S/))));
      else if (/^\s/.test(value)) body.push(value.trim());
      else break;
    }
    items.push({ children: parseInline(body.join("\n")), nested: parse(nested.join("\n"), depth + 1) });
    let skip = at;
    while (skip < lines.length && !(lines[skip] as string).trim()) skip += 1;
    if (BULLET.test(lines[skip] ?? "")) at = skip;
  }
  const start = ordered ? parseInt(first[2] as string, 10) : 1;
  blocks.push({ tag: ordered ? "ol" : "ul", start, items });
  return at;
}

function cells(row: string): string[] {
  return row
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replace(/\\\|/g, "|"));
}

/** The words alone, for the clipboard and for speech: no marks, no citation numbers. */
export function plainText(source: string): string {
  const inline = (nodes: Inline[]): string =>
    nodes
      .map((node) =>
        typeof node === "string" ? node : node.tag === "cite" ? "" : node.tag === "br" ? "\n" : inline(node.children),
      )
      .join("")
      .replace(/\u00a0+(?=[.,;:]|$)/g, "");
  const block = (node: Block, indent: string): string => {
    switch (node.tag) {
      case "p":
      case "h":
        return indent + inline(node.children);
      case "ul":
      case "ol":
        return node.items
          .map((item, index) => {
            const mark = node.tag === "ol" ? `${node.start + index}.` : "•";
            const nested = item.nested.map((child) => `\n${block(child, `${indent}  `)}`).join("");
            return `${indent}${mark} ${inline(item.children)}${nested}`;
          })
          .join("\n");
      case "quote":
        return node.blocks.map((child) => block(child, `${indent}> `)).join("\n");
      case "pre":
        return node.text;
      case "hr":
        return "";
      case "table":
        return [node.head, ...node.rows].map((row) => row.map(inline).join(" | ")).join("\n");
    }
  };
  return parse(source)
    .map((node) => block(node, ""))
    .join("\n\n")
    .trim();
}
