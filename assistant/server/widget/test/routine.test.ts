import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { dose, REST, stages } from "../src/extra/dose.ts";
import { HOLD, MOVE, phase } from "../src/extra/figure.ts";
import { asFigure, between, drawing } from "../src/extra/pose.ts";

const read = (line: string, ...steps: string[]) => dose({ dose: line, steps });

test("doses as guides write them", () => {
  assert.deepEqual(read("2–3 sets of 8–10 per side", "Hold for 3–5 seconds.", "Return and switch sides."), { sets: [2, 3], reps: [8, 10], hold: [3, 5], flow: null, perSide: true, alternate: true });
  assert.deepEqual(read("2-3 sets of 12-15").reps, [12, 15]);
  assert.deepEqual([read("3 x 10").sets, read("3 x 10").reps], [[3, 3], [10, 10]]);
  assert.deepEqual(read("2–3 per side", "Hold for 20–40 seconds."), { sets: [2, 3], reps: null, hold: [20, 40], flow: null, perSide: true, alternate: false });
  assert.deepEqual(read("1–2 minutes of slow movement").flow, [60, 120]);
  assert.deepEqual(read("2 to 3 sets of 10 to 12 taps per side", "Tap left, then your right shoulder.").reps, [10, 12]);
  assert.deepEqual(read("3 sets of 30 seconds").hold, [30, 30]);
  assert.equal(read("3 sets of 30 seconds").reps, null);
  assert.deepEqual(read("").reps, [10, 10]);
});

test("a routine: sets, sides in turn or one after the other, rests between", () => {
  const held = { dose: "2–3 per side", steps: ["Hold for 20–40 seconds."] };
  const list = stages([held]);
  assert.deepEqual(
    list.map(({ kind, side, set, amount }) => [kind, side, set, amount]),
    [
      ["hold", 1, 1, 20],
      ["rest", 2, 1, REST.side],
      ["hold", 2, 1, 20],
      ["rest", 1, 2, REST.set],
      ["hold", 1, 2, 20],
      ["rest", 2, 2, REST.side],
      ["hold", 2, 2, 20],
    ],
  );
  const inTurn = stages([{ dose: "2–3 sets of 8–10 per side", steps: ["Hold for 3–5 seconds.", "Return and switch sides."] }]);
  assert.deepEqual(
    inTurn.map(({ kind, side, amount, hold }) => [kind, side, amount, hold]),
    [
      ["reps", 0, 16, 3],
      ["rest", 0, REST.set, 0],
      ["reps", 0, 16, 3],
    ],
  );
  assert.equal(stages([held], true).filter((stage) => stage.kind === "hold").length, 6);
  assert.equal(stages([held, held]).find((stage) => stage.kind === "rest" && stage.exercise === 1)?.amount, REST.exercise);
});

test("absurd doses stay bounded", () => {
  const list = stages([{ dose: "999 sets of 999 per side", steps: ["Hold for 999 seconds"] }]);
  assert.ok(list.length < 60);
  assert.ok(list.every((stage) => stage.amount <= 600 && stage.hold <= 60));
});

test("the cycle rests at both ends and never jumps", () => {
  assert.equal(phase(0), 0);
  assert.equal(phase(HOLD + MOVE + 1), 1);
  let before = 0;
  for (let time = 0; time < 2 * (MOVE + HOLD); time += 10) {
    const now = phase(time);
    assert.ok(now >= 0 && now <= 1 && Math.abs(now - before) < 0.02);
    before = now;
  }
});

const folder = "figures/";
const golden = JSON.parse(readFileSync("test/frames.golden.json", "utf8")) as Record<string, Record<string, Record<string, string>>>;

test("the browser's poses are the server's", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  assert.equal(files.length, 10);
  for (const file of files) {
    const figure = asFigure(JSON.parse(readFileSync(folder + file, "utf8")));
    assert.ok(figure, file);
    for (const [at, layers] of Object.entries(golden[figure.id] ?? assert.fail(figure.id))) {
      const drawn = drawing(between(figure, Number(at)), figure.prop);
      for (const [layer, expected] of Object.entries(layers)) {
        const got = layer === "head" ? drawn.head.join(" ") : drawn[layer as "torso"];
        const numbers = (text: string) => [...text.matchAll(/-?[\d.]+/g)].map(([number]) => Number(number));
        const [a, b] = [numbers(got), numbers(expected)];
        assert.equal(a.length, b.length, `${figure.id} ${at} ${layer}`);
        a.forEach((value, index) => assert.ok(Math.abs(value - (b[index] ?? NaN)) <= 0.1001, `${figure.id} ${at} ${layer}: ${got} / ${expected}`));
      }
    }
  }
});

test("limbs keep their length between start and end", () => {
  for (const file of readdirSync(folder)) {
    const figure = asFigure(JSON.parse(readFileSync(folder + file, "utf8")));
    assert.ok(figure);
    const long = (at: number, half: "near" | "far", a: "shoulder" | "hip", b: "elbow" | "knee") => {
      const side = between(figure, at)[half];
      return Math.hypot(side[a][0] - side[b][0], side[a][1] - side[b][1]);
    };
    for (const half of ["near", "far"] as const)
      for (const [a, b] of [["shoulder", "elbow"], ["hip", "knee"]] as const) {
        const least = Math.min(long(0, half, a, b), long(1, half, a, b));
        for (let at = 0; at <= 1; at += 0.1) assert.ok(long(at, half, a, b) > least * 0.8, `${file} ${half} ${b} at ${at}`);
      }
  }
});

test("what is not a figure is refused", () => {
  const good = JSON.parse(readFileSync(`${folder}bird-dogs.json`, "utf8"));
  assert.ok(asFigure(good));
  for (const bad of [null, {}, { ...good, crop: [1, 2] }, { ...good, start: { ...good.start, head: ["x", 1] } }, { ...good, end: null }, { ...good, mid: {} }]) assert.equal(asFigure(bad), null);
  assert.equal(asFigure({ ...good, arrow: "url(javascript:1)" })?.arrow, "");
});
