/**
 * The parts of the teacher's logit, in the order of the oracle ladder (simple to hard to learn).
 *
 * | name | what it is | who can represent it |
 * |---|---|---|
 * | `dense` | smooth functions of the numeric columns | an MLP on them |
 * | `main` | one number per id | an embedding |
 * | `pair` | inner products of two latent vectors | FM, DLRM |
 * | `cross` | products of 2 or 3 single coordinates | DCN |
 * | `local` | a rectified filter over three neighbouring fields | a convolution |
 * | `attn` | softmax attention of one field over the others | self-attention |
 * | `hier` | products of two nonlinear pair interactions, order 4 | stacked interactions |
 */
export const TERM_NAMES = ["dense", "main", "pair", "cross", "local", "attn", "hier"] as const;

/** See {@link TERM_NAMES}. */
export type TermName = (typeof TERM_NAMES)[number];

/** A unit-variance walk between hashed knots, mixed with a part that stays. */
export interface WalkConfig {
  /** Share of the variance that walks, in [0, 1]. 0 switches the walk off. */
  readonly share: number;
  /** Periods between two knots: the walk has forgotten its past after twice that. */
  readonly spacing: number;
}

/** What changes with time. Time is in periods; all zero is a stationary teacher. */
export interface DriftConfig {
  /** Fraction of a field's slots replaced by a new id, with new latents, per period. */
  readonly churn: number;
  /** Walk of the latent vectors and main effects. */
  readonly walk: WalkConfig;
  /** Walk of the coefficients of all terms: which interactions matter. */
  readonly concept: WalkConfig;
  /** The popular ids move by `covariate * sqrt(R)` slots per period. */
  readonly covariate: number;
  /** The base rate's logit moves by `amplitude * sin(2 pi t / period)`. */
  readonly label: { readonly amplitude: number; readonly period: number };
}

/** No drift at all. */
export const NO_DRIFT: DriftConfig = {
  churn: 0,
  walk: { share: 0, spacing: 16 },
  concept: { share: 0, spacing: 16 },
  covariate: 0,
  label: { amplitude: 0, period: 16 },
};

/** Everything that determines a teacher, as plain JSON. Symbols in parentheses are those of the formulas. */
export interface TeacherConfig {
  readonly name: string;
  /** Draws the structure, the latents, the coefficients and (with the stream number) the examples. */
  readonly seed: number;
  /** Ids per categorical field (R); at least three fields and at most 64. */
  readonly cardinalities: readonly number[];
  /** Zipf exponent of the id frequencies (s), greater than 0. */
  readonly zipf: number;
  /** Numeric columns. */
  readonly dense: number;
  /** Length of a latent vector (K). */
  readonly latent: number;
  /** Mean click probability, in (0, 1). */
  readonly base: number;
  /** Standard deviation of the logit (sigma): larger means a lower floor. */
  readonly sigma: number;
  /** Field pairs of the term `pair`. */
  readonly pairs: number;
  /** Products of the term `cross`: even ones of two coordinates, odd ones of three. */
  readonly crosses: number;
  /** Products of the term `hier`. */
  readonly hierarchies: number;
  /** Only fields with at most so many ids take part in `pair` and in products of two; null = all fields. */
  readonly interactionMaxRows: number | null;
  /** Only fields with at most so many ids take part in products of three and `hier`, or ask in `attn`. */
  readonly highOrderMaxRows: number;
  /** Shares of the logit's variance (pi), in any unit: they are divided by their sum. 0 = the term is absent. */
  readonly shares: Readonly<Record<TermName, number>>;
  readonly drift: DriftConfig;
}

/** The shares divided by their sum. */
export function normalizedShares(config: TeacherConfig): Record<TermName, number> {
  const total = TERM_NAMES.reduce((sum, name) => sum + config.shares[name], 0);
  return Object.fromEntries(TERM_NAMES.map((name) => [name, config.shares[name] / total])) as Record<TermName, number>;
}

/** The terms with a positive share, in the order of {@link TERM_NAMES}. */
export function activeTerms(config: TeacherConfig): TermName[] {
  return TERM_NAMES.filter((name) => config.shares[name] > 0);
}

/** Whether anything of p(y | ids, dense) or of the ids' distribution changes with time. */
export function drifts(config: TeacherConfig): boolean {
  const { churn, walk, concept, covariate, label } = config.drift;
  return churn > 0 || walk.share > 0 || concept.share > 0 || covariate > 0 || label.amplitude !== 0;
}
