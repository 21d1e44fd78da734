import * as tf from "@tensorflow/tfjs";
import { layerNorm } from "../../engine/ops/layer_norm.ts";
import type { Block, Parameters, ParameterSpec } from "../block.ts";
import type { Initializer } from "../initializer.ts";
import { zeros } from "../initializer.ts";
import { advancedDlrmModule } from "./advanced_dlrm.ts";
import { convolutionModule } from "./convolution.ts";
import { crossNetModule } from "./cross_net.ts";
import type { DhenConfig, DhenLayerConfig, DhenModuleConfig } from "./dhen_config.ts";
import type { InteractionModule, ModuleOptions, TokenShape } from "./interaction_module.ts";
import { linearModule } from "./linear.ts";
import { selfAttentionModule } from "./self_attention.ts";
import { tokenMixing } from "./token_mixing.ts";

/** One DHEN layer and how many embeddings it gives. */
export interface DhenLayer {
  /** Takes `X_n [B, m, d]` and the numeric columns `[B, Nd]`, and gives `X_{n+1} [B, outputs, d]`. */
  readonly block: Block;
  readonly outputs: number;
}

const ones: Initializer = { kind: "constant", value: 1 };

/** The module that a config describes. */
export function interactionModule(config: DhenModuleConfig, options: ModuleOptions): InteractionModule {
  switch (config.kind) {
    case "advancedDlrm":
      return advancedDlrmModule(options, config);
    case "selfAttention":
      return selfAttentionModule(options, config);
    case "convolution":
      return convolutionModule(options, config);
    case "linear":
      return linearModule(options);
    case "crossNet":
      return crossNetModule(options, config);
  }
}

/**
 * One layer of DHEN (equations 1 and 2):
 *
 * ```text
 * X_{n+1} = Norm( Ensemble_i Interaction_i(X_n) + ShortCut(X_n) )
 * ShortCut(X) = X where as many embeddings come out as went in, and W_n X where not
 * ```
 *
 * The layer is one block, so that it is recomputed, masked and sharded as a whole.
 */
export function dhenLayer(
  name: string,
  tokens: TokenShape,
  { modules: configs, ensemble, outputs }: DhenLayerConfig,
  { norm, zeroStart }: Pick<DhenConfig, "norm" | "zeroStart">,
): DhenLayer {
  const { m, d } = tokens;
  const modules = configs.map((config, i) => {
    const own = Array.isArray(outputs) ? outputs[i] : outputs ?? m;
    return interactionModule(config, { name: `${name}/${i}-${config.kind}`, tokens, outputs: own, zeroStart });
  });
  const out = ensemble === "concat" ? modules.reduce((sum, each) => sum + each.outputs, 0) : modules[0].outputs;
  const weights = ensemble === "weightedSum"
    ? modules.map((_, i): ParameterSpec => ({
      name: `${name}/ensemble/${i}`,
      shape: [1],
      initializer: ones,
      prunable: false,
    }))
    : [];
  const shortcut = out === m
    ? null
    : tokenMixing(`${name}/shortcut`, { inputs: m, outputs: out, dim: d, zeroStart: false });
  const normShape = norm === "example" ? [out, d] : [d];
  const normed: ParameterSpec[] = norm === "none" ? [] : [
    { name: `${name}/norm/gain`, shape: normShape, initializer: ones, prunable: false },
    { name: `${name}/norm/bias`, shape: normShape, initializer: zeros, prunable: false },
  ];
  const joined = (p: Parameters, outputs: readonly tf.Tensor[]): tf.Tensor => {
    if (ensemble === "concat") return tf.concat([...outputs], 1);
    const scaled = ensemble === "sum" ? outputs : outputs.map((u, i) => tf.mul(u, p[weights[i].name]));
    return scaled.reduce((sum, u) => tf.add(sum, u));
  };
  const block: Block = {
    name,
    role: "interaction",
    parameters: [
      ...modules.flatMap(({ parameters }) => parameters),
      ...weights,
      ...(shortcut ? [shortcut.parameter] : []),
      ...normed,
    ],
    flops: modules.reduce((sum, { flops }) => sum + flops, 0) + (shortcut?.flops ?? 0),
    forward(p, x, dense) {
      const u = joined(p, modules.map((each) => each.forward(p, x, dense))); // [B, out, d]
      const sum = tf.add(u, shortcut ? shortcut.forward(p, x) : x); // [B, out, d]
      return norm === "none" ? sum : layerNorm(sum, p[`${name}/norm/gain`], p[`${name}/norm/bias`]);
    },
  };
  return { block, outputs: out };
}
