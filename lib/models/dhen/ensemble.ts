import * as tf from "@tensorflow/tfjs";
import type { Block, Parameters } from "../block.ts";
import { ones } from "../initializer.ts";

/** How the outputs of a layer's modules become one. */
export const ensembleKinds = ["sum", "weightedSum", "concat"] as const;

/** One of {@link ensembleKinds}. */
export type EnsembleKind = typeof ensembleKinds[number];

/** The ensemble as a piece of a layer. */
export interface Ensemble extends Pick<Block, "parameters"> {
  /** Tokens of its output. */
  readonly tokens: number;
  /** @param u outputs of the modules, `[B, l_i, d]` each @returns `[B, tokens, d]` */
  forward(parameters: Parameters, u: readonly tf.Tensor[]): tf.Tensor;
}

/**
 * The ensemble of DHEN (Zhang et al. 2022, section 3.2): `sum_i u_i`; `sum_i a_i u_i` with learned scalars a, 1 at the
 * start; or `[u_1, ..., u_k]` along the token index. Which one stands behind the paper's tables is not published.
 *
 * @throws {Error} when modules with different numbers of tokens are to be summed
 */
export function ensemble(
  kind: EnsembleKind,
  name: string,
  modules: readonly { readonly kind: string; readonly tokens: number }[],
): Ensemble {
  const tokens = modules.map((module) => module.tokens);
  if (kind === "concat") {
    return {
      parameters: [],
      tokens: tokens.reduce((a, b) => a + b, 0),
      forward: (_, u) => u.length === 1 ? u[0] : tf.concat([...u], 1),
    };
  }
  if (new Set(tokens).size > 1) {
    const said = modules.map((module) => `${module.kind} ${module.tokens}`).join(", ");
    throw new Error(
      `Cannot build ${name}: its modules give different numbers of tokens (${said}), and a ${
        kind === "sum" ? "sum" : "weighted sum"
      } needs one number. Give them the same "tokens", or take ensemble "concat".`,
    );
  }
  const sum = (u: readonly tf.Tensor[]) => u.reduce((total, each) => tf.add(total, each));
  if (kind === "sum") return { parameters: [], tokens: tokens[0], forward: (_, u) => sum(u) };
  const a = { name: `${name}/ensemble`, shape: [modules.length], initializer: ones, prunable: false };
  return {
    parameters: [a],
    tokens: tokens[0],
    forward: (p, u) => sum(u.map((each, i) => tf.mul(each, tf.slice(p[a.name], [i], [1])))),
  };
}
