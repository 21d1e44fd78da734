import type { Schema } from "../data/schema.ts";
import {
  type DhenConfig,
  type DhenConfigInput,
  dhenSchema,
  dhenStack,
  featureProcessing,
  type InteractionConfig,
  type LayerConfig,
  type StackedLayer,
} from "../models/mod.ts";
import type { BoxStyle } from "./diagram.ts";
import type { TableRow } from "./table_csv.ts";
import { palette, translucent } from "./theme.ts";

/** What the diagrams of a DHEN are drawn from. */
export interface DhenPlan {
  readonly config: DhenConfig;
  /** Tokens of `X_0`. */
  readonly tokens: number;
  readonly stack: readonly StackedLayer[];
}

/** The layers of a DHEN with their numbers of tokens. @throws {Error} as `dhen` does, when the config is illegal */
export function dhenPlan(input: DhenConfigInput, schema: Schema): DhenPlan {
  const config = dhenSchema.parse(input);
  const { tokens } = featureProcessing(config, schema);
  const shape = { m: tokens, d: config.dim, numeric: schema.dense.length, zeroStart: config.zeroStart };
  return { config, tokens, stack: dhenStack(config.layers, shape) };
}

const kinds = ["advancedDlrm", "selfAttention", "convolution", "linear", "deepCross"] as const;
const names = {
  advancedDlrm: "AdvancedDLRM",
  selfAttention: "Self-attention",
  convolution: "Convolution",
  linear: "Linear",
  deepCross: "Deep cross net",
} as const;
const shortNames = {
  advancedDlrm: "DLRM",
  selfAttention: "Attention",
  convolution: "Conv",
  linear: "Linear",
  deepCross: "Cross",
} as const;

/** The name of a module. */
export const moduleName = ({ kind }: InteractionConfig): string => names[kind];

/** The same where there is little room. */
export const shortModuleName = ({ kind }: InteractionConfig): string => shortNames[kind];

/** Each kind of module has its colour in all diagrams. */
export function moduleStyle({ kind }: InteractionConfig): BoxStyle {
  const color = palette[kinds.indexOf(kind)];
  return { fill: translucent(color, 0.14), line: color };
}

/** What is not an interaction: ensemble, norm, tokens. */
export const neutralStyle: BoxStyle = { fill: "#F0F0F0" };

/** The sizes of a module in a few words. */
export function moduleSizes(module: InteractionConfig): string {
  switch (module.kind) {
    case "advancedDlrm":
      return `MLP ${module.hidden.join("–")}`;
    case "selfAttention":
      return `${plural(module.heads, "head")}, FFN ${module.hidden}`;
    case "convolution":
      return `${module.kernel.join(" × ")}, ${plural(module.channels, "channel")}`;
    case "linear":
      return "X W";
    case "deepCross":
      return module.form === "literal" ? "(X X<sup>T</sup>) W + b" : "x * (A x + b)";
  }
}

/** "1 head", "2 heads". */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** "Sum", "Weighted sum", "Concatenation". */
export const ensembleName = ({ ensemble }: LayerConfig): string =>
  ({ sum: "Sum", weightedSum: "Weighted sum", concat: "Concatenation" })[ensemble];

/** The bar above the ensemble, and what its norm goes over. */
export const normLines = ({ norm }: LayerConfig): string[] =>
  norm === "none" ? ["Add"] : ["Add & Norm", norm === "example" ? "over the example" : "over each token"];

/** One row a layer: what it is made of, and what it costs. */
export const layerRow = ({ config, m, layer }: StackedLayer, d: number): TableRow => ({
  layer: layer.name,
  modules: config.modules.map(({ kind }) => kind).join(" + "),
  ensemble: config.ensemble,
  norm: config.norm,
  tokensIn: m,
  tokensOut: layer.tokens,
  width: d,
  parameters: layer.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
  flops: layer.flops,
});
