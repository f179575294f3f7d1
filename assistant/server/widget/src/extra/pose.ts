/**
 * Poses of a figure, and what lies between two of them. The same arithmetic stands in `figures.py`;
 * a golden file keeps the two equal. Format: docs/embedding.md, "Figures".
 */

export type Point = [number, number];
const CHAIN = ["shoulder", "elbow", "hand", "hip", "knee", "foot", "toe"] as const;
export type Joint = (typeof CHAIN)[number];
export type Side = Record<Joint, Point>;

export interface Pose {
  head: Point;
  spine: Point;
  near: Side;
  far: Side;
}

export interface Figure {
  id: string;
  name: string;
  caption: string;
  crop: [number, number, number, number];
  ground: number;
  start: Pose;
  end: Pose;
  mid?: Pose;
  arrow?: string;
  prop?: "dumbbell";
}

/** Each joint hangs on another; a bone keeps its length better when its angle moves than when its end does. */
const PARENT: Partial<Record<Joint, Joint>> = { elbow: "shoulder", hand: "elbow", knee: "hip", foot: "knee", toe: "foot" };
/** A hand or foot that moves less than this stands on the ground, and stays there. */
const PLANTED = 4;

const finite = (value: unknown): value is Point =>
  Array.isArray(value) && value.length === 2 && value.every((part) => Number.isFinite(part) && Math.abs(part as number) < 10_000);

function pose(value: unknown): Pose | null {
  const raw = value as Pose | null;
  if (!raw || !finite(raw.head) || !finite(raw.spine)) return null;
  for (const side of [raw.near, raw.far]) if (!side || !CHAIN.every((joint) => finite(side[joint]))) return null;
  return raw;
}

/** Check what came over the network; null where it is not a figure. */
export function asFigure(value: unknown): Figure | null {
  const raw = (value ?? {}) as Figure;
  if (!pose(raw.start) || !pose(raw.end) || (raw.mid !== undefined && !pose(raw.mid))) return null;
  if (!Array.isArray(raw.crop) || raw.crop.length !== 4 || !raw.crop.every((part) => Number.isFinite(part))) return null;
  if (!Number.isFinite(raw.ground)) return null;
  const arrow = typeof raw.arrow === "string" && /^[MLQCHVZmlqchvz\d\s.,-]*$/.test(raw.arrow) ? raw.arrow : "";
  return { ...raw, arrow, name: String(raw.name ?? ""), caption: String(raw.caption ?? "") };
}

/** Cubic through the values at 0, 1/2 and 1 without overshoot (Fritsch and Carlson 1980), or a straight line. */
function through(a: number, m: number | null, b: number, at: number): number {
  if (m === null) return a + (b - a) * at;
  const [first, second] = [(m - a) * 2, (b - m) * 2];
  const middle = first * second > 0 ? (2 * first * second) / (first + second) : 0;
  const early = at < 0.5;
  const u = early ? at * 2 : at * 2 - 1;
  const [y0, y1] = early ? [a, m] : [m, b];
  // Slopes at the ends start at rest half-way: the ease of the whole does the rest.
  const [s0, s1] = early ? [first / 2, middle / 2] : [middle / 2, second / 2];
  return (2 * u ** 3 - 3 * u ** 2 + 1) * y0 + (u ** 3 - 2 * u ** 2 + u) * s0 + (-2 * u ** 3 + 3 * u ** 2) * y1 + (u ** 3 - u ** 2) * s1;
}

const point = (a: Point, m: Point | undefined, b: Point, at: number): Point => [
  through(a[0], m ? m[0] : null, b[0], at),
  through(a[1], m ? m[1] : null, b[1], at),
];

const distance = (a: Point, b: Point): number => Math.hypot(b[0] - a[0], b[1] - a[1]);
const angle = (from: Point, to: Point): number => Math.atan2(to[1] - from[1], to[0] - from[0]);
/** The angle next to `near` that points the same way as `value`. */
const turned = (value: number, near: number): number => value + 2 * Math.PI * Math.round((near - value) / (2 * Math.PI));

function side(a: Side, m: Side | undefined, b: Side, at: number): Side {
  const out = {} as Side;
  for (const joint of CHAIN) {
    const parent = PARENT[joint];
    const tip: Joint = joint === "elbow" || joint === "hand" ? "hand" : "foot";
    if (!parent || distance(a[tip], b[tip]) < PLANTED) {
      out[joint] = point(a[joint], m?.[joint], b[joint], at);
      continue;
    }
    const from = angle(a[parent], a[joint]);
    const middle = m ? turned(angle(m[parent], m[joint]), from) : null;
    const to = turned(angle(b[parent], b[joint]), middle ?? from);
    const bend = through(from, middle, to, at);
    const long = through(distance(a[parent], a[joint]), m ? distance(m[parent], m[joint]) : null, distance(b[parent], b[joint]), at);
    const root = out[parent];
    out[joint] = [root[0] + Math.cos(bend) * long, root[1] + Math.sin(bend) * long];
  }
  return out;
}

/** The pose at `at`, 0 (start) to 1 (end). */
export function between(figure: Figure, at: number): Pose {
  const { start, mid, end } = figure;
  return {
    head: point(start.head, mid?.head, end.head, at),
    spine: point(start.spine, mid?.spine, end.spine, at),
    near: side(start.near, mid?.near, end.near, at),
    far: side(start.far, mid?.far, end.far, at),
  };
}

/** Shoulders this far apart are seen from the front: a bar joins them and the torso hangs between. */
const FRONT = 9;

export interface Drawing {
  farLeg: string;
  farArm: string;
  bar: string;
  neck: string;
  torso: string;
  nearLeg: string;
  nearArm: string;
  head: Point;
  prop: string;
}

const at = (value: number): string => String(Math.round(value * 10) / 10);
const put = ([x, y]: Point): string => `${at(x)} ${at(y)}`;
const lines = (...points: Point[]): string => `M${points.map(put).join("L")}`;

export function drawing({ head, spine, near, far }: Pose, prop?: string): Drawing {
  const front = distance(near.shoulder, far.shoulder) >= FRONT;
  const top: Point = front
    ? [(near.shoulder[0] + far.shoulder[0]) / 2, (near.shoulder[1] + far.shoulder[1]) / 2]
    : near.shoulder;
  const [x, y] = near.hand;
  return {
    farLeg: lines(far.hip, far.knee, far.foot, far.toe),
    farArm: lines(far.shoulder, far.elbow, far.hand),
    bar: front ? lines(near.shoulder, far.shoulder) : lines(top, top),
    neck: lines(top, head),
    torso: `M${put(top)}Q${put(spine)} ${put(near.hip)}`,
    nearLeg: lines(near.hip, near.knee, near.foot, near.toe),
    nearArm: lines(near.shoulder, near.elbow, near.hand),
    head,
    prop: prop === "dumbbell" ? `${lines([x - 6, y], [x + 6, y])}${lines([x - 6, y - 4], [x - 6, y + 4])}${lines([x + 6, y - 4], [x + 6, y + 4])}` : "",
  };
}

/** Slow in, slow out. */
export const ease = (value: number): number => (1 - Math.cos(Math.PI * Math.min(1, Math.max(0, value)))) / 2;
