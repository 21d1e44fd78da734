import { NO_DRIFT, type TeacherConfig } from "./config.ts";

/** What all presets have in common. */
const BASIS = { zipf: 1.1, dense: 4, latent: 4, base: 0.25, sigma: 2, pairs: 12, crosses: 12, hierarchies: 2 };

const SMALL_FIELDS = {
  cardinalities: [8, 10, 12, 16, 20, 24, 32, 40, 50, 64, 80, 100],
  interactionMaxRows: null,
  highOrderMaxRows: 1000,
};

const PRESETS = {
  SCALE: {
    ...BASIS,
    cardinalities: [10, 20, 30, 50, 100, 200, 300, 1_000, 10_000, 100_000, 300_000, 1_000_000],
    interactionMaxRows: 300,
    highOrderMaxRows: 300,
    shares: { dense: 0.10, main: 0.65, pair: 0.15, cross: 0.04, local: 0.02, attn: 0.02, hier: 0.02 },
    drift: NO_DRIFT,
  },
  HIER: {
    ...BASIS,
    ...SMALL_FIELDS,
    shares: { dense: 0.05, main: 0.20, pair: 0.25, cross: 0.15, local: 0.10, attn: 0.10, hier: 0.15 },
    drift: NO_DRIFT,
  },
  HIERS: {
    ...BASIS,
    ...SMALL_FIELDS,
    pairs: 30,
    crosses: 30,
    hierarchies: 10,
    shares: { dense: 0.05, main: 0.20, pair: 0.20, cross: 0.15, local: 0.10, attn: 0.10, hier: 0.20 },
    drift: NO_DRIFT,
  },
  PAIR: {
    ...BASIS,
    ...SMALL_FIELDS,
    shares: { dense: 0.10, main: 0.40, pair: 0.50, cross: 0, local: 0, attn: 0, hier: 0 },
    drift: NO_DRIFT,
  },
  DRIFT: {
    ...BASIS,
    ...SMALL_FIELDS,
    shares: { dense: 0.10, main: 0.30, pair: 0.30, cross: 0.10, local: 0.10, attn: 0.05, hier: 0.05 },
    drift: { ...NO_DRIFT, concept: { share: 0.8, spacing: 12 } },
  },
} satisfies Record<string, Omit<TeacherConfig, "name" | "seed">>;

/**
 * | preset | what it is for |
 * |---|---|
 * | `SCALE` | scaling laws: a long tail of ids (up to a million in a field), interactions among small fields only |
 * | `HIER` | architectures: small fields, interactions of every kind |
 * | `HIERS` | as `HIER` with many weaker terms, so that a model's late start on one term matters less |
 * | `PAIR` | control of `HIER`: only what dot products represent |
 * | `DRIFT` | pruning under drift: the coefficients walk (80 % of their variance, knots 12 periods apart) |
 */
export type PresetName = keyof typeof PRESETS;

/** The names of the presets. */
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

/**
 * The configuration of a preset. Another seed is another teacher of the same kind.
 *
 * @example
 * ```ts
 * import { teacherPreset } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * assert.equal(teacherPreset("SCALE", 1).cardinalities.at(-1), 1_000_000);
 * ```
 */
export function teacherPreset(name: PresetName, seed: number): TeacherConfig {
  return { name, seed, ...PRESETS[name] };
}
