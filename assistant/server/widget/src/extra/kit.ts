/** The first file's kit with this file's labels added. */

import type { Kit } from "../kit.ts";
import { extraTranslator, type TranslateAll } from "../labels.ts";

export type ExtraKit = Omit<Kit, "t"> & { t: TranslateAll };

export const withLabels = (kit: Kit): ExtraKit => ({ ...kit, t: extraTranslator(kit.lang, kit.t) });
