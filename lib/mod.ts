/**
 * recscale: scaling laws, DHEN and pruning under drift for recommendation models, on TensorFlow from TypeScript.
 *
 * Each part has its own entry, `recscale/data`, `recscale/models` and so on; this one has them all.
 *
 * @module
 */
export * from "./data/mod.ts";
export * from "./engine/mod.ts";
export * from "./experiments/mod.ts";
export * from "./figures/mod.ts";
export * from "./models/mod.ts";
export * from "./notebook/mod.ts";
export * from "./pruning/mod.ts";
export * from "./training/mod.ts";
