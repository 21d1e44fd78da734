import { brokenPowerLaw } from "./broken_power_law.ts";
import { interaction } from "./interaction.ts";
import { joint } from "./joint.ts";
import type { Law, LawName } from "../law.ts";
import type { SearchableLaw } from "./log_data.ts";
import { logarithmic } from "./logarithmic.ts";
import { m4 } from "./m4.ts";
import { powerLaw } from "./power_law.ts";
import { powerLawConstant } from "./power_law_constant.ts";

/** All laws with their searches, by name. */
export const SEARCHABLE_LAWS: Readonly<Record<LawName, SearchableLaw>> = {
  powerLawConstant,
  powerLaw,
  logarithmic,
  brokenPowerLaw,
  m4,
  joint,
  interaction,
};

/**
 * A law with its search, by name or from its public face.
 *
 * @throws {Error} for a name that is none of a law
 */
export function searchableLaw(law: Law | string): SearchableLaw {
  const name = typeof law === "string" ? law : law.name;
  if (!Object.hasOwn(SEARCHABLE_LAWS, name)) {
    throw new Error(`There is no scaling law "${name}": wanted one of ${Object.keys(SEARCHABLE_LAWS).join(", ")}.`);
  }
  return SEARCHABLE_LAWS[name as LawName];
}
