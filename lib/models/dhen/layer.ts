import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Block } from "../block.ts";
import { glorotNormal } from "../initializer.ts";
import { layerNormPart } from "../layer_norm_part.ts";
import { mixTokens } from "../mix_tokens.ts";
import { interactionModule, interactionSchema } from "./build_interaction.ts";
import { ensemble, ensembleKinds } from "./ensemble.ts";

/** The settings of a {@link dhenLayer}. */
export const layerSchema = z.strictObject({
  /** How many such layers follow each other. */
  repeat: z.number().int().positive().default(1),
  modules: z.array(interactionSchema).min(1),
  ensemble: z.enum(ensembleKinds).default("sum"),
  /**
   * What the layer norm goes over: all `l d` numbers of an example, each token's d, or no norm. Over d it takes two
   * degrees of freedom from every token, which is much where d is small; over the example two from all.
   */
  norm: z.enum(["example", "token", "none"]).default("example"),
});

/** One layer of a DHEN. */
export type LayerConfig = z.infer<typeof layerSchema>;

/** A layer as a block, with the number of tokens that come out. */
export interface DhenLayer extends Block {
  readonly tokens: number;
  /** True when a module wants the raw numeric columns: then they are the block's second input. */
  readonly takesDense: boolean;
}

/** Where a layer stands. */
export interface LayerShape {
  readonly name: string;
  /** Tokens of its input. */
  readonly m: number;
  readonly d: number;
  readonly numeric: number;
  readonly zeroStart: boolean;
}

/**
 * One layer of DHEN (Zhang et al. 2022, arXiv 2203.11014, equations 1 and 2):
 *
 * ```text
 * u_i      = Interaction_i(X_n)                                 [B, l_i, d]
 * X_{n+1}  = Norm(Ensemble_i(u_i) + ShortCut(X_n))              [B, l, d]
 * ShortCut = X_n if m = l, else X_n W_n with W_n of m x l       [B, l, d]
 * ```
 *
 * The whole layer is one block: masks act on its matrices, a sharded strategy gathers it at once, as FSDP does, and
 * recomputation keeps `X_n` alone.
 *
 * @throws {Error} naming the layer, when its parts do not fit each other
 */
export function dhenLayer(config: LayerConfig, { name, m, d, numeric, zeroStart }: LayerShape): DhenLayer {
  const described = config.modules.map(({ kind, tokens = m }) => ({ kind, tokens }));
  const modules = config.modules.map((module, i) =>
    interactionModule(module, { name: `${name}/${module.kind}${i}`, m, l: described[i].tokens, d, numeric, zeroStart })
  );
  const together = ensemble(config.ensemble, name, described);
  const l = together.tokens;
  const shortcut = { name: `${name}/shortcut`, shape: [m, l], initializer: glorotNormal(m, l), prunable: true };
  const projects = l !== m;
  const norm = config.norm === "none" ? null : layerNormPart(`${name}/norm`, config.norm === "example" ? [l, d] : [d]);
  return {
    name,
    role: "interaction",
    parameters: [
      ...modules.flatMap((module) => module.parameters),
      ...together.parameters,
      ...(projects ? [shortcut] : []),
      ...(norm?.parameters ?? []),
    ],
    flops: modules.reduce((sum, module) => sum + module.flops, 0) + (projects ? 2 * m * l * d : 0),
    tokens: l,
    takesDense: modules.some((module) => module.takesDense),
    forward(p, x, dense) {
      const u = modules.map((module) => module.forward(p, x, dense)); // [B, l_i, d] each
      const past = projects ? mixTokens(x, p[shortcut.name]) : x; // [B, l, d]
      const y = tf.add(together.forward(p, u), past); // [B, l, d]
      return norm ? norm.forward(p, y) : y; // [B, l, d]
    },
  };
}
