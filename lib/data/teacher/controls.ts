import { type DriftConfig, NO_DRIFT, type TeacherConfig, TERM_NAMES, type TermName } from "./config.ts";

function withShares(config: TeacherConfig, suffix: string, keep: (term: TermName) => boolean): TeacherConfig {
  const shares = { ...config.shares };
  for (const term of TERM_NAMES) if (!keep(term)) shares[term] = 0;
  if (TERM_NAMES.every((term) => shares[term] === 0)) {
    throw new RangeError(`Cannot make the control "${config.name}${suffix}": no term with a positive share is left`);
  }
  return { ...config, name: config.name + suffix, shares };
}

/**
 * Control "leave one out": the teacher without one of its terms. The other terms keep their formulas, fields and
 * coefficients; their shares grow in proportion, so that the logit's variance stays.
 *
 * @throws {RangeError} when no other term has a share
 *
 * @example
 * ```ts
 * import { teacherPreset, withoutTerm } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const control = withoutTerm(teacherPreset("HIER", 1), "cross");
 * assert.equal(control.shares.cross, 0);
 * assert.equal(control.name, "HIER-without-cross");
 * ```
 */
export function withoutTerm(config: TeacherConfig, term: TermName): TeacherConfig {
  return withShares(config, `-without-${term}`, (name) => name !== term);
}

/**
 * Control "single term": the teacher with one of its terms alone, which then carries all of the logit's variance.
 *
 * @throws {RangeError} when the teacher does not have the term
 */
export function onlyTerm(config: TeacherConfig, term: TermName): TeacherConfig {
  return withShares(config, `-only-${term}`, (name) => name === term);
}

/**
 * Control "main effects only": nothing but `main` and `dense`, so no interaction can be learned.
 *
 * @throws {RangeError} when the teacher has neither
 */
export function mainEffectsOnly(config: TeacherConfig): TeacherConfig {
  return withShares(config, "-main-effects", (name) => name === "main" || name === "dense");
}

/**
 * Control "all fields": interactions among all fields, those with a long tail of ids too. Such interactions are learned
 * late, and the loss falls faster as data grow: not every teacher gives a power law. Redraws the terms `pair`, `cross`,
 * `attn` and `hier`, since more fields can take part; products of three, `hier` and the asking fields of `attn` stay
 * within fields of at most 1000 ids.
 */
export function interactionsAmongAllFields(config: TeacherConfig): TeacherConfig {
  return { ...config, name: `${config.name}-all-fields`, interactionMaxRows: null, highOrderMaxRows: 1000 };
}

/**
 * Control "capacity": latent vectors longer than the student's embeddings, so that its loss flattens above the floor
 * however many data come. (The same limit, from the other side: a student with embeddings shorter than `config.latent`.)
 * Main effects and matrices are drawn anew, as their counters or shapes contain the length.
 *
 * @param latent length of the latent vectors, greater than the student's embeddings
 * @throws {RangeError} when `latent` is not larger than the config's own
 */
export function beyondCapacity(config: TeacherConfig, latent = 16): TeacherConfig {
  if (!(Number.isInteger(latent) && latent > config.latent && latent <= 64)) {
    throw new RangeError(
      `Cannot make the capacity control of ${config.name}: latent must be an integer from ${
        config.latent + 1
      } to 64, ` +
        `got ${latent}`,
    );
  }
  return { ...config, name: `${config.name}-latent-${latent}`, latent };
}

/**
 * The teacher with other drift; settings that are not given are switched off.
 *
 * @example
 * ```ts
 * import { teacherPreset, withDrift } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const churning = withDrift(teacherPreset("DRIFT", 1), { churn: 0.1 });
 * assert.equal(churning.drift.concept.share, 0);
 * ```
 */
export function withDrift(config: TeacherConfig, drift: Partial<DriftConfig>): TeacherConfig {
  const on = Object.keys(drift);
  return { ...config, name: `${config.name}-${on.length ? on.join("-") : "still"}`, drift: { ...NO_DRIFT, ...drift } };
}

/**
 * Control "no drift": the teacher standing still. Where the concept walked, the coefficients also take their stationary
 * form (see `coefficients`), so this is another teacher of the same kind rather than a frozen moment of the first.
 */
export function withoutDrift(config: TeacherConfig): TeacherConfig {
  return withDrift(config, {});
}
