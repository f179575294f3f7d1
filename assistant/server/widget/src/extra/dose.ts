/** Reads the guide's dose line, "2–3 sets of 8–10 per side" and its kin, into numbers for the routine. */

import type { Exercise } from "../types.ts";

export type Range = [least: number, most: number];

export interface Dose {
  sets: Range;
  /** Repetitions of one set, or null where the set is one hold or a span of time. */
  reps: Range | null;
  /** Seconds of one hold: within each repetition, or the whole set where `reps` is null. */
  hold: Range | null;
  /** Seconds of slow continuous movement, or null. */
  flow: Range | null;
  perSide: boolean;
  /** Sides alternate within a set: the steps say to switch after every repetition. */
  alternate: boolean;
}

const NUMBER = String.raw`(\d{1,3})(?:\s*(?:–|—|-|to|a|à|bis)\s*(\d{1,3}))?`;
const range = (match: RegExpExecArray | null, scale = 1): Range | null =>
  match ? [Number(match[1]) * scale, Number(match[2] ?? match[1]) * scale] : null;

/** Never fails: what a dose does not say becomes one set of ten. */
export function dose(exercise: Pick<Exercise, "dose" | "steps">): Dose {
  const text = exercise.dose.toLowerCase();
  const steps = exercise.steps.join(" ").toLowerCase();
  const find = (source: string, tail: string) => new RegExp(NUMBER + tail).exec(source);
  const perSide = /\b(per|each|every) (side|leg|arm)\b/.test(text);
  const hold = range(new RegExp(`hold[^.\\d]*${NUMBER}\\s*(?:s\\b|sec)`).exec(steps)) ?? range(find(text, String.raw`\s*(?:s\b|sec)`));
  const flow = range(find(text, String.raw`\s*min`), 60);
  const sets = range(find(text, String.raw`\s*(?:(?:sets?|rounds?)\b|[x×]\s*(?=\d))`));
  const counted = range(new RegExp(String.raw`(?:sets?|rounds?|[x×])\s*(?:of|[x×])?\s*${NUMBER}(?!\d|\s*(?:s\b|sec|min))`).exec(text));
  const bare = range(new RegExp(`^\\D*${NUMBER}`).exec(text));
  const alternate = /\bswitch sides\b|\bthen your (right|left)\b/.test(steps);
  if (flow) return { sets: [1, 1], reps: null, hold: null, flow, perSide: false, alternate: false };
  if (sets) return { sets, reps: counted ?? (hold ? null : [10, 10]), hold, flow: null, perSide, alternate };
  // "2–3 per side" of a held position: the number counts the holds.
  if (bare && hold) return { sets: bare, reps: null, hold, flow: null, perSide, alternate: false };
  return { sets: [1, 1], reps: bare ?? [10, 10], hold, flow: null, perSide, alternate };
}

export interface Stage {
  kind: "reps" | "hold" | "flow" | "rest";
  exercise: number;
  set: number;
  sets: number;
  /** 0 both at once or in turn, 1 first side, 2 other side. */
  side: 0 | 1 | 2;
  /** Repetitions, or seconds. */
  amount: number;
  /** Seconds held within a repetition. */
  hold: number;
  /** Both sides in turn: `amount` counts the two together. */
  inTurn: boolean;
}

/** Seconds of rest between sets, and between exercises: enough to change position; "Skip rest" is always there. */
export const REST = { set: 30, exercise: 40, side: 8 } as const;

/** The whole routine as a list of stages; `more` takes the guide's upper number of sets. */
export function stages(exercises: Pick<Exercise, "dose" | "steps">[], more = false): Stage[] {
  const out: Stage[] = [];
  const pick = (value: Range) => value[more ? 1 : 0];
  exercises.forEach((item, exercise) => {
    const read = dose(item);
    const sets = Math.min(Math.max(pick(read.sets), 1), 10);
    // Sides that alternate within a set are counted together: 8 per side are 16 in turn.
    const inTurn = read.perSide && read.alternate;
    const sides: (0 | 1 | 2)[] = read.perSide && !read.alternate ? [1, 2] : [0];
    for (let set = 1; set <= sets; set += 1) {
      for (const side of sides) {
        const base = { exercise, set, sets, side, inTurn };
        const before = out.at(-1);
        if (before) {
          const seconds = before.exercise !== exercise ? REST.exercise : side === 2 ? REST.side : REST.set;
          out.push({ ...base, kind: "rest", amount: seconds, hold: 0 });
        }
        if (read.flow) out.push({ ...base, kind: "flow", amount: read.flow[0], hold: 0 });
        else if (read.reps) out.push({ ...base, kind: "reps", amount: Math.min(read.reps[0] * (inTurn ? 2 : 1), 200), hold: Math.min(read.hold?.[0] ?? 0, 60) });
        else out.push({ ...base, kind: "hold", amount: Math.min(read.hold?.[0] ?? 30, 600), hold: 0 });
      }
    }
  });
  return out;
}
