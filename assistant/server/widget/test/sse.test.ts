import assert from "node:assert/strict";
import { test } from "node:test";
import { EventParser } from "../src/sse.ts";

const stream = 'event: referral\ndata: {"level":"none"}\n\n: ping\n\nevent: delta\r\ndata: {"text":"é"}\r\n\r\ndata: a\ndata: b\n\n';

test("events come whole whatever the cut", () => {
  const whole = new EventParser().push(stream);
  assert.deepEqual(whole, [
    { event: "referral", data: '{"level":"none"}' },
    { event: "delta", data: '{"text":"é"}' },
    { event: "message", data: "a\nb" },
  ]);
  for (let size = 1; size < 9; size += 1) {
    const parser = new EventParser();
    const events = [];
    for (let at = 0; at < stream.length; at += size) events.push(...parser.push(stream.slice(at, at + size)));
    assert.deepEqual(events, whole, `cut every ${size}`);
  }
});

test("an event without its blank line is not given", () => {
  assert.deepEqual(new EventParser().push("event: done\ndata: {}\n"), []);
});
