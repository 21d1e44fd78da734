import { brokenPowerLaw } from "./broken_power_law.ts";
import { interaction } from "./interaction.ts";
import { joint } from "./joint.ts";
import type { LawName } from "../law.ts";
import type { SearchableLaw } from "./log_data.ts";
import { logarithmic } from "./logarithmic.ts";
import { m4 } from "./m4.ts";
import { powerLaw } from "./power_law.ts";
import { powerLawConstant } from "./power_law_constant.ts";

/** All laws, by name. */
export const LAWS: Readonly<Record<LawName, SearchableLaw>> = {
  powerLawConstant,
  powerLaw,
  logarithmic,
  brokenPowerLaw,
  m4,
  joint,
  interaction,
};

/**
 * The law of a name.
 *
 * @throws {Error} for a name that is none of a law
 *
 * @example
 * ```ts
 * import { lawNamed } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * // 2 u^-0.5 + 1 at u = 4
 * assert.equal(lawNamed("powerLawConstant").loss([2, 0.5, 1], [4]), 2);
 * ```
 */
export function lawNamed(name: string): SearchableLaw {
  if (!Object.hasOwn(LAWS, name)) {
    throw new Error(`There is no scaling law "${name}": wanted one of ${Object.keys(LAWS).join(", ")}.`);
  }
  return LAWS[name as LawName];
}
