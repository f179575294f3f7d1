/** The second file, loaded with the first exercise or plan: figures, routine, weekly plan. */

import type { Extra } from "../kit.ts";
import { withLabels } from "./kit.ts";
import { FigureView } from "./figure.ts";
import { planTable } from "./plan.ts";
import { Routine } from "./routine.ts";
import css from "./styles.css";

export const sheet: Extra["sheet"] = css;
export const figure: Extra["figure"] = (kit, exercise, size) => new FigureView(withLabels(kit), exercise, size).element;
export const plan: Extra["plan"] = (kit, ...rest) => planTable(withLabels(kit), ...rest);
export const routine: Extra["routine"] = (kit, exercises) => new Routine(withLabels(kit), exercises).open();
