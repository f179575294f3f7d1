import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, parseInline, plainText } from "../src/markdown.ts";

test("a paragraph keeps HTML as text", () => {
  assert.deepEqual(parse("<img src=x onerror=alert(1)> & <b>hi</b>"), [
    { tag: "p", children: ["<img src=x onerror=alert(1)> & <b>hi</b>"] },
  ]);
});

test("bold, italic, code and escapes", () => {
  assert.deepEqual(parseInline("**a** *b* _c_ `d*e*` \\*f\\*"), [
    { tag: "strong", children: ["a"] },
    " ",
    { tag: "em", children: ["b"] },
    " ",
    { tag: "em", children: ["c"] },
    " ",
    { tag: "code", children: ["d*e*"] },
    " *f*",
  ]);
});

test("emphasis nests, and what is not emphasis stays as typed", () => {
  assert.deepEqual(parseInline("**a *b* c**"), [{ tag: "strong", children: ["a ", { tag: "em", children: ["b"] }, " c"] }]);
  assert.deepEqual(parseInline("2 * 3 * 4 snake_case_name **open"), ["2 * 3 * 4 snake_case_name **open"]);
});

test("citation markers, single and grouped, stick to the word before", () => {
  assert.deepEqual(parseInline("Shoes. [1] Ground. [2, 13]"), [
    "Shoes.\u00a0",
    { tag: "cite", number: 1 },
    " Ground.\u00a0",
    { tag: "cite", number: 2 },
    { tag: "cite", number: 13 },
  ]);
});

test("links, automatic links without the full stop, and [1](url) is a link", () => {
  assert.deepEqual(parseInline("[book](https://a.example/x_(1)) or https://b.example/y."), [
    { tag: "a", href: "https://a.example/x_(1)", children: ["book"] },
    " or ",
    { tag: "a", href: "https://b.example/y", children: ["https://b.example/y"] },
    ".",
  ]);
  assert.equal((parseInline("[1](https://a.example)")[0] as { tag: string }).tag, "a");
});

test("lists: bullets, numbers that start elsewhere, nesting, loose items", () => {
  assert.deepEqual(parse("- a\n  - b\n- c\n\n- d"), [
    {
      tag: "ul",
      start: 1,
      items: [
        { children: ["a"], nested: [{ tag: "ul", start: 1, items: [{ children: ["b"], nested: [] }] }] },
        { children: ["c"], nested: [] },
        { children: ["d"], nested: [] },
      ],
    },
  ]);
  const [list] = parse("3. x\n4. y");
  assert.equal(list?.tag === "ol" && list.start, 3);
  assert.equal(list?.tag === "ol" && list.items.length, 2);
});

test("a numbered list after a paragraph without a blank line", () => {
  assert.deepEqual(
    parse("How:\n1. Kneel\n2. Reach").map((block) => block.tag),
    ["p", "ol"],
  );
});

test("headings, rules, quotes, code and tables", () => {
  const source = "## T\n\n---\n\n> q\n\n```\n<x>\n```\n\n| a | b |\n|---|:-:|\n| 1 | **2** |\n";
  const blocks = parse(source);
  assert.deepEqual(
    blocks.map((block) => block.tag),
    ["h", "hr", "quote", "pre", "table"],
  );
  const table = blocks[4];
  assert.ok(table?.tag === "table");
  assert.deepEqual(table.head, [["a"], ["b"]]);
  assert.deepEqual(table.rows, [[["1"], [{ tag: "strong", children: ["2"] }]]]);
});

test("every prefix of an answer parses, as streaming needs", () => {
  const source = "## A\n\n**b** [c](https://d.example) [1]\n\n- e\n  - f\n\n| g | h |\n|---|---|\n| i | j |\n\n```\nk";
  for (let end = 0; end <= source.length; end += 1) assert.ok(Array.isArray(parse(source.slice(0, end))));
});

test("hostile length and nesting end soon", () => {
  const started = process.cpuUsage().user;
  for (const piece of ["*", "_", "[", "`", "**a", "[a](", "> ", "- ", "|", "  - ", "\\", "[1", "*a **b "]) {
    parse(piece.repeat(8000 / piece.length));
    parse(`${piece}\n`.repeat(2000));
  }
  assert.ok(process.cpuUsage().user - started < 20_000_000);
});

test("plain text for the clipboard has no marks and no citation numbers", () => {
  assert.equal(plainText("## T\n\n**a** [1].\n\n1. x [2]\n2. [y](https://z.example)"), "T\n\na.\n\n1. x\n2. y");
});
