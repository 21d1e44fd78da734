import type { DataConfig } from "../data/data_config.ts";
import type { ModelConfig } from "../models/model_config.ts";
import type { Scoring } from "../training/one_pass.ts";
import type { TrainingConfig } from "../training/training_config.ts";

/**
 * What a config means. It is raised when a change makes the same config give other results (a bug fixed in a model, an
 * initialisation changed), so that records of before are no longer taken for it; never for other changes.
 */
export const MEANING_VERSION = 1;

/** Everything that determines a run's result, as plain JSON. */
export interface RunConfig {
  readonly data: DataConfig;
  /** What the files of a log held, in short; null for synthetic data. */
  readonly dataFingerprint: string | null;
  readonly model: ModelConfig;
  readonly training: TrainingConfig;
  readonly scoring: Scoring;
  /** Determines the initial weights. */
  readonly seed: number;
}

/**
 * The name of a run: the first 16 hexadecimal digits of the SHA-256 of its config and {@link MEANING_VERSION}. The
 * order of keys does not matter.
 */
export async function runId(config: RunConfig): Promise<string> {
  const text = canonicalJson({ meaning: MEANING_VERSION, ...config });
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex().slice(0, 16);
}

/**
 * JSON with sorted keys and without undefined values: equal values give equal text.
 *
 * @example
 * ```ts
 * import { canonicalJson } from "recscale/experiments";
 * import assert from "node:assert/strict";
 *
 * assert.equal(canonicalJson({ b: 1, a: [2, { d: 3, c: undefined }] }), '{"a":[2,{"d":3}],"b":1}');
 * ```
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, v]) => v !== undefined).sort(([a], [b]) => a < b ? -1 : 1);
  return `{${entries.map(([key, v]) => `${JSON.stringify(key)}:${canonicalJson(v)}`).join(",")}}`;
}
