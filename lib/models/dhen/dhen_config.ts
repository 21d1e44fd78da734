import { z } from "zod";

const width = z.number().int().positive();
const widths = z.array(width);

const moduleSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("advancedDlrm"), hidden: widths.default([64]), dense: z.boolean().optional() }),
  z.strictObject({ kind: z.literal("selfAttention"), heads: width.default(2), feedForward: width.default(32) }),
  z.strictObject({
    kind: z.literal("convolution"),
    kernel: z.tuple([width, width]).default([3, 3]),
    channels: width.optional(),
  }),
  z.strictObject({ kind: z.literal("linear") }),
  z.strictObject({ kind: z.literal("crossNet"), reading: z.enum(["literal", "flat", "mixed"]).optional() }),
]);

const layerSchema = z.strictObject({
  /** The interaction modules that see the same input side by side. */
  modules: z.array(moduleSchema).min(1, { error: "a layer needs at least one interaction module" }),
  /** How their outputs become one. Default: their sum. */
  ensemble: z.enum(["sum", "weightedSum", "concat"]).default("sum"),
  /** l: embeddings that each module gives; for one number, or one for each module. Default: as many as come in. */
  outputs: z.union([width, z.array(width)]).optional(),
}).superRefine(({ modules, ensemble, outputs }, context) => {
  if (!Array.isArray(outputs)) return;
  if (outputs.length !== modules.length) {
    context.addIssue({
      code: "custom",
      path: ["outputs"],
      message: `${outputs.length} outputs for ${modules.length} modules: wanted one number, or one for each module`,
    });
  } else if (ensemble !== "concat" && new Set(outputs).size > 1) {
    context.addIssue({
      code: "custom",
      path: ["outputs"],
      message:
        `modules that give ${outputs.join(" and ")} embeddings cannot be added up: wanted equally many, or the ` +
        `ensemble "concat"`,
    });
  }
});

/** Any DHEN, as plain JSON. */
export const dhenConfigSchema = z.strictObject({
  kind: z.literal("dhen"),
  /** Embedding width d. */
  dim: width,
  /** Hidden widths of the MLP for numeric columns, which ends in d. */
  bottom: widths,
  /** The layers, first to last; repeated in turn until there are `depth` of them. */
  layers: z.array(layerSchema).default([]),
  /** N: how many layers. Default: as many as are listed. 0 is the baseline AdvancedDLRM. */
  depth: z.number().int().min(0).optional(),
  /**
   * What Add & Norm normalizes over: each embedding by itself (`"embedding"`), all numbers of an example together (`"example"`, the default:
   * at small d a norm over each embedding deletes two of its few degrees of freedom), or nothing.
   */
  norm: z.enum(["example", "embedding", "none"]).default("example"),
  /** Every module's last projection starts at zero, so that every layer starts as its Norm. Default true. */
  zeroStart: z.boolean().default(true),
  /**
   * The prediction head: the baseline's own, with pairwise dot products beside the flat embeddings, so that a DHEN without layers is the
   * baseline; or an MLP on the flat embeddings alone.
   */
  head: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("advancedDlrm"), overarch: widths }),
    z.strictObject({ kind: z.literal("mlp"), overarch: widths }),
  ]),
  maxRows: width.optional(),
}).superRefine(({ layers, depth }, context) => {
  if (layers.length > 0 || (depth ?? 0) === 0) return;
  context.addIssue({ code: "custom", path: ["layers"], message: `${depth} layers are wanted and none is described` });
});

/** A complete DHEN config, defaults filled in. */
export type DhenConfig = z.infer<typeof dhenConfigSchema>;
/** A DHEN config as a user writes it. */
export type DhenConfigInput = z.input<typeof dhenConfigSchema>;
/** One layer of it. */
export type DhenLayerConfig = DhenConfig["layers"][number];
/** One module of a layer. */
export type DhenModuleConfig = DhenLayerConfig["modules"][number];
