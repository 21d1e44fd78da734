import { z } from "zod";

const width = z.number().int().positive();
const widths = z.array(width);
const maxRows = width.optional();
const overflow = z.enum(["hash", "lastRow"]).optional();

/** The architectures that a config file may name, with their settings. */
export const modelConfigSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("dlrm"), dim: width, bottom: widths, overarch: widths, maxRows, overflow }),
  z.strictObject({ kind: z.literal("mlp"), dim: width, hidden: widths, maxRows }),
  z.strictObject({ kind: z.literal("logisticRegression"), maxRows }),
]);

/** The settings of one architecture. */
export type ModelConfig = z.infer<typeof modelConfigSchema>;
