import { z } from "zod";
import { dhenSchema } from "./dhen/dhen.ts";

const width = z.number().int().positive();
const widths = z.array(width);
const maxRows = width.optional();
const overflow = z.enum(["hash", "lastRow"]).optional();
/** The settings of the feature-processing layer. */
const inputs = { dim: width, bottom: widths, maxRows };

/** The architectures that a config file may name, with their settings. */
export const modelConfigSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("dlrm"), dim: width, bottom: widths, overarch: widths, maxRows, overflow }),
  z.strictObject({ kind: z.literal("mlp"), dim: width, hidden: widths, maxRows }),
  z.strictObject({ kind: z.literal("logisticRegression"), maxRows }),
  z.strictObject({ kind: z.literal("advancedDlrm"), ...inputs, overarch: widths }),
  z.strictObject({ kind: z.literal("mixtureOfExperts"), ...inputs, experts: width, overarch: widths }),
  dhenSchema,
  z.strictObject({
    kind: z.literal("dcnV2"),
    dim: width,
    crossLayers: width,
    rank: width.optional(),
    structure: z.enum(["stacked", "parallel"]),
    hidden: widths,
    maxRows,
  }),
  z.strictObject({
    kind: z.literal("wukong"),
    ...inputs,
    layers: width,
    fmTokens: width,
    linearTokens: width,
    rank: width,
    fmHidden: widths,
    overarch: widths,
  }),
  z.strictObject({
    kind: z.literal("maskNet"),
    ...inputs,
    structure: z.enum(["parallel", "serial"]),
    maskBlocks: width,
    width,
    maskHidden: width,
    overarch: widths,
  }),
  z.strictObject({
    kind: z.literal("finalMlp"),
    dim: width,
    streams: z.tuple([widths.min(1), widths.min(1)]),
    heads: width,
    maxRows,
  }),
]);

/** The settings of one architecture, defaults filled in. */
export type ModelConfig = z.infer<typeof modelConfigSchema>;

/** The settings of one architecture as a person writes them. */
export type ModelConfigInput = z.input<typeof modelConfigSchema>;
