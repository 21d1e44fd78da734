import type { Law, LawName } from "../law.ts";
import { SEARCHABLE_LAWS, searchableLaw } from "./searchable_law.ts";

/** All laws, by name. */
export const LAWS: Readonly<Record<LawName, Law>> = SEARCHABLE_LAWS;

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
export function lawNamed(name: string): Law {
  return searchableLaw(name);
}
