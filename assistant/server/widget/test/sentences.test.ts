import assert from "node:assert/strict";
import { test } from "node:test";
import { SentenceFeed, speakable } from "../src/sentences.ts";

function feed(source: string, size: number): string[] {
  const sentences = new SentenceFeed();
  const out: string[] = [];
  for (let end = size; end < source.length; end += size) out.push(...sentences.take(source.slice(0, end)));
  return [...out, ...sentences.take(source, true)];
}

const answer = "## Causes\n\nIt is **rarely** one step, e.g. a bad one. [1] Hold for 3.5 s!\n\n1. Weak core. [2]\n2. Tight [hips](https://a.example)\n\nEnd";
const said = ["Causes", "It is rarely one step, e.g. a bad one.", "Hold for 3.5 s!", "Weak core.", "Tight hips", "End"];

test("whole sentences, each once, without marks, whatever the cut", () => {
  for (const size of [1, 2, 3, 7, 50, 500]) {
    const out = feed(answer, size).map((line) => line.replace(/^\d+\.\s*/, ""));
    assert.deepEqual(out, said, `cut every ${size}`);
  }
});

test("half a sentence waits", () => {
  const sentences = new SentenceFeed();
  assert.deepEqual(sentences.take("Hold for three"), []);
  assert.deepEqual(sentences.take("Hold for three seconds. Then"), ["Hold for three seconds."]);
});

test("tables are read with commas", () => {
  assert.equal(speakable("| Mon | easy |"), "Mon, easy");
});
