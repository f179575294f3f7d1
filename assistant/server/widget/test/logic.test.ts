import assert from "node:assert/strict";
import { test } from "node:test";
import { contrast, parseColour, readable, textOn } from "../src/colour.ts";
import { apiOf, settings } from "../src/config.ts";
import { LANGUAGES, pickLanguage, rows } from "../src/labels.ts";
import * as normalise from "../src/normalise.ts";
import { ownUrl, safeUrl } from "../src/url.ts";
import { validContact, validName } from "../src/validate.ts";

const page = { lang: "", browser: "en-US", origin: "https://page.example" };

test("only web, telephone and mail addresses become links", () => {
  const base = "https://a.example/";
  assert.equal(safeUrl("https://b.example/x", base), "https://b.example/x");
  assert.equal(safeUrl("/guide#x", base), "https://a.example/guide#x");
  assert.equal(safeUrl("tel:999", base), "tel:999");
  for (const bad of ["javascript:alert(1)", " java\nscript:alert(1)", "JAVASCRIPT:1", "data:text/html,x", "vbscript:x", "blob:https://a.example/1", "file:///etc/passwd", "", "http://[", "https://"])
    assert.equal(safeUrl(bad, base), "", bad);
});

test("pictures and data load only from the assistant itself", () => {
  assert.equal(ownUrl("/figures/a.json", "https://a.example"), "https://a.example/figures/a.json");
  for (const bad of ["https://b.example/figures/a.json", "//b.example/a.json", "data:,x", "https://a.example.evil.example/"])
    assert.equal(ownUrl(bad, "https://a.example"), "", bad);
});

test("every label stands in every language with the same variables", () => {
  const variables = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([found]) => found).sort();
  for (const [key, row] of rows()) {
    assert.equal(row.length, LANGUAGES.length, key);
    for (const text of row) {
      assert.ok(text.trim(), key);
      assert.deepEqual(variables(text), variables(row[0]), key);
    }
  }
  for (const text of Object.fromEntries(rows()).days ?? []) assert.equal(text.split(",").length, 7);
});

test("the language is the first that is known", () => {
  assert.equal(pickLanguage(undefined, "de-AT", "fr"), "de");
  assert.equal(pickLanguage("xx", "", "fr-CA"), "fr");
  assert.equal(pickLanguage("pt"), "en");
});

test("settings fall back, never fail", () => {
  const odd = settings({ position: "top", theme: "pink", storage: "cookie", starters: "a|| b |c|d|e|f|g", open: "false", inline: "" }, page);
  assert.deepEqual([odd.position, odd.theme, odd.storage, odd.open, odd.inline], ["right", "auto", "session", false, true]);
  assert.deepEqual(odd.starters, ["a", "b", "c", "d", "e", "f"]);
  assert.equal(settings({ api: "https://a.example/chat//" }, page).api, "https://a.example/chat");
  assert.equal(apiOf("https://a.example/sub/widget.js?v=1"), "https://a.example/sub");
  assert.equal(apiOf("blob:https://a.example/1"), "");
});

test("any accent becomes readable", () => {
  for (const paper of ["#ffffff", "#0f2129"]) {
    const ground = parseColour(paper);
    assert.ok(ground);
    for (const accent of ["#ffff00", "#000", "#fff", "#e0662f", "rgb(12, 200, 30)", "#808080"]) {
      const colour = parseColour(accent);
      assert.ok(colour);
      assert.ok(contrast(readable(colour, ground, 4.5), ground) >= 4.5, `${accent} on ${paper}`);
    }
  }
  assert.equal(parseColour("red;} body{display:none"), null);
  assert.deepEqual(textOn([255, 255, 0]), [11, 27, 33]);
  assert.ok(Math.abs(contrast([0, 0, 0], [255, 255, 255]) - 21) < 1e-9);
});

test("contacts: phone numbers and addresses as people write them", () => {
  for (const good of ["020 7946 0018", "+44 20 7946 0018", "(555) 014-2100", "555.0142.100", "a@b.example", "first.last+run@mail.clinic.example"])
    assert.ok(validContact(good), good);
  for (const bad of ["", "12345", "call me", "a@b", "a b@c.example", "@c.example", "1234567890123456", "555-HELLO", "<a@b.example>"])
    assert.ok(!validContact(bad), bad);
  assert.ok(validName("Zoë"));
  assert.ok(validName("李"));
  assert.ok(!validName("  "));
  assert.ok(!validName("123"));
});

test("anything at all becomes a well-formed reply", () => {
  for (const value of [null, undefined, 1, "x", [], {}, { referral: "urgent" }, { exercises: [{ steps: "no" }], plan: { days: "x" } }, { citations: [null], suggestions: [{}] }]) {
    const reply = normalise.reply(value);
    assert.equal(typeof reply.answer, "string");
    assert.ok(Array.isArray(reply.citations) && Array.isArray(reply.referral.actions));
  }
  const odd = normalise.referral({ level: "panic", when: "never", actions: [{ kind: "script", label: "x", url: "y" }, { label: "", url: "z" }] });
  assert.deepEqual([odd.level, odd.when, odd.actions], ["none", null, [{ kind: "link", label: "x", url: "y" }]]);
});
