import { z } from "zod";
import { dhenConfigSchema } from "./dhen/dhen_config.ts";

const width = z.number().int().positive();
const widths = z.array(width);
const maxRows = width.optional();
const overflow = z.enum(["hash", "lastRow"]).optional();

/** The architectures that a config file may name, with their settings. */
export const modelConfigSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("dlrm"), dim: width, bottom: widths, overarch: widths, maxRows, overflow }),
  z.strictObject({ kind: z.literal("advancedDlrm"), dim: width, bottom: widths, overarch: widths, maxRows }),
  dhenConfigSchema,
  z.strictObject({
    kind: z.literal("dcnV2"),
    dim: width,
    crossLayers: z.number().int().min(0),
    overarch: widths,
    maxRows,
  }),
  z.strictObject({ kind: z.literal("moe"), dim: width, bottom: widths, experts: width, expert: widths, maxRows }),
  z.strictObject({
    kind: z.literal("wukong"),
    dim: width,
    bottom: widths,
    layers: z.number().int().min(0),
    fmbOutputs: width,
    lcbOutputs: width,
    rank: width,
    fmbHidden: widths,
    overarch: widths,
    maxRows,
  }),
  z.strictObject({
    kind: z.literal("maskNet"),
    dim: width,
    blocks: width,
    width,
    reduction: z.number().positive(),
    overarch: widths,
    maxRows,
  }),
  z.strictObject({ kind: z.literal("mlp"), dim: width, hidden: widths, maxRows }),
  z.strictObject({ kind: z.literal("logisticRegression"), maxRows }),
]);

/** The settings of one architecture. */
export type ModelConfig = z.infer<typeof modelConfigSchema>;
