/** How much of a study is trained here: `smoke` proves that it runs, `paper` is for publication, `default` in between. */
export type Profile = "smoke" | "default" | "paper";

/** All profiles, from the cheapest to the one whose results are shipped. */
export const PROFILES: readonly Profile[] = ["smoke", "default", "paper"];

/**
 * The profile of a name.
 *
 * @throws {Error} for any other name
 */
export function parseProfile(name: string): Profile {
  if (!PROFILES.includes(name as Profile)) {
    throw new Error(`Cannot use profile "${name}": wanted one of ${PROFILES.join(", ")}.`);
  }
  return name as Profile;
}
