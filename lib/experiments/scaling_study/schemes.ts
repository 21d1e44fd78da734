import type { ModelConfig } from "../../models/model_config.ts";
import type { Profile } from "../profile.ts";

/**
 * The four ways to add parameters to a DLRM that *Understanding Scaling Laws for Recommendation Models* (arXiv 2208.08489)
 * compares. What each changes is the standard reading of the names; the paper's own factors are not known to us.
 *
 * | scheme | what grows | by `size` |
 * |---|---|---|
 * | vertical | rows of the embedding tables | the most rows that a table may have; ids beyond share rows by hashing |
 * | horizontal | width of the embeddings | d |
 * | overarch | width of the top MLP | first hidden layer; the second has half of it |
 * | allMlp | width of the top and the bottom MLP | as overarch, and half of it in the bottom layer |
 *
 * Rows grow by a cap, not by a fraction: a fraction would destroy the tables of ten rows.
 */
export const SCHEMES = ["vertical", "horizontal", "overarch", "allMlp"] as const;

/** See {@link SCHEMES}. */
export type Scheme = (typeof SCHEMES)[number];

/** One model of the study: a scheme at a size. The base model belongs to all schemes. */
export interface ScaledModel {
  readonly scheme: Scheme;
  readonly size: number;
  /** The tables are not hashed: the most popular ids have rows of their own and the others share one. */
  readonly unhashed?: true;
}

/** The size of the base model in each scheme. All tables of the stream SCALE fit in a million rows. */
export const BASE_SIZE: Readonly<Record<Scheme, number>> = {
  vertical: 1_000_000,
  horizontal: 8,
  overarch: 64,
  allMlp: 64,
};

const SIZES: Readonly<Record<"smoke" | "full", Readonly<Record<Scheme, readonly number[]>>>> = {
  smoke: { vertical: [1000, 1_000_000], horizontal: [2, 8], overarch: [8, 64], allMlp: [8, 64] },
  full: {
    vertical: [30, 100, 300, 1000, 10_000, 100_000, 1_000_000],
    horizontal: [2, 4, 8, 16, 32, 64],
    overarch: [4, 8, 16, 32, 64, 128, 256, 512],
    allMlp: [8, 16, 32, 64, 128, 256, 512],
  },
};

/** The sizes of a scheme, ascending; the base is among them. */
export function sizesOf(scheme: Scheme, profile: Profile): readonly number[] {
  return SIZES[profile === "smoke" ? "smoke" : "full"][scheme];
}

const ENLARGED: Readonly<Record<Scheme, readonly [number, number]>> = {
  vertical: [100_000, 1_000_000],
  horizontal: [8, 32],
  overarch: [64, 256],
  allMlp: [64, 256],
};

/**
 * Two sizes of a scheme, of which the second has at least four times the parameters that the scheme scales (vertical: 4.5,
 * horizontal: 4, the others: 7). What they buy is compared with twice the data.
 */
export function enlarged(scheme: Scheme, profile: Profile): readonly [number, number] {
  const sizes = sizesOf(scheme, profile);
  return profile === "smoke" ? [sizes[0], sizes[1]] : ENLARGED[scheme];
}

/** Whether this is the base model, which all schemes share. */
export function isBase({ scheme, size }: ScaledModel): boolean {
  return size === BASE_SIZE[scheme];
}

/** All models of a profile, the base first and once. */
export function scaledModels(profile: Profile): ScaledModel[] {
  const others = SCHEMES.flatMap((scheme) => sizesOf(scheme, profile).map((size) => ({ scheme, size })))
    .filter((model) => !isBase(model));
  return [BASE, ...others];
}

/** The base model, named by the first scheme. */
export const BASE: ScaledModel = { scheme: "vertical", size: BASE_SIZE.vertical };

type DlrmSettings = Extract<ModelConfig, { kind: "dlrm" }>;

/** The DLRM of a scheme at a size. */
export function dlrmOf({ scheme, size, unhashed }: ScaledModel): DlrmSettings {
  const base: DlrmSettings = { kind: "dlrm", dim: BASE_SIZE.horizontal, bottom: [32], overarch: [64, 32] };
  if (isBase({ scheme, size })) return base;
  switch (scheme) {
    case "vertical":
      return { ...base, maxRows: size, ...(unhashed ? { overflow: "lastRow" } : {}) };
    case "horizontal":
      return { ...base, dim: size };
    case "overarch":
      return { ...base, overarch: [size, size / 2] };
    case "allMlp":
      return { ...base, bottom: [size / 2], overarch: [size, size / 2] };
  }
}

/** A model's name in labels and figures: `base`, `d = 32`, `rows <= 1,000`. */
export function describeModel(model: ScaledModel): string {
  if (isBase(model)) return "base";
  const size = model.size.toLocaleString("en");
  return {
    vertical: `${model.unhashed ? "unhashed rows" : "rows"} <= ${size}`,
    horizontal: `d = ${size}`,
    overarch: `overarch ${size}`,
    allMlp: `MLPs ${size}`,
  }[
    model.scheme
  ];
}
