import assert from "node:assert/strict";
import type * as tf from "@tensorflow/tfjs";
import type { HostTensor } from "../../lib/engine/mod.ts";
import {
  dhenLayer,
  type InteractionConfig,
  interactionModule,
  interactionSchema,
  type LayerConfig,
  layerSchema,
  type ParameterSpec,
} from "../../lib/models/mod.ts";
import { checkOp, draws } from "../engine/check_op.ts";
import { engine } from "../engine/open_test_engine.ts";
import { type Arrays, plainLayer, plainModule, rowsOf } from "./dhen_float64.ts";

// Runs on every backend (see ../engine/backends.test.ts).

const B = 3, m = 4, d = 4, numeric = 2;
const tokens: HostTensor = { data: draws(1, B * m * d), shape: [B, m, d] };
const columns: HostTensor = { data: draws(2, B * numeric), shape: [B, numeric] };

interface Part {
  readonly parameters: readonly ParameterSpec[];
  readonly takesDense: boolean;
  forward(p: Readonly<Record<string, tf.Tensor>>, x: tf.Tensor, dense?: tf.Tensor): tf.Tensor;
}

/** Compares a part of a DHEN with its loops in double precision: value, and gradients in x, dense and every parameter. */
async function check(part: Part, l: number, loops: (p: Arrays, x: number[][], dense: number[]) => number[][]) {
  const inputs = part.takesDense ? [tokens, columns] : [tokens];
  const specs = part.parameters;
  const parameters = specs.map(({ shape }, i): HostTensor => ({
    data: draws(10 + i, shape.reduce((a, b) => a * b, 1)).map((v) => 0.5 * v),
    shape,
  }));
  const named = <T>(values: readonly T[]) =>
    Object.fromEntries(specs.map(({ name }, i) => [name, values[inputs.length + i]]));
  await checkOp(
    (...x) => part.forward(named(x), x[0], part.takesDense ? x[1] : undefined),
    [...inputs, ...parameters],
    [B, l, d],
    (...x) =>
      Float64Array.from(
        Array.from({ length: B }, (_, b) => {
          const own = rowsOf([...x[0].subarray(b * m * d, (b + 1) * m * d)], d);
          const dense = part.takesDense ? [...x[1].subarray(b * numeric, (b + 1) * numeric)] : [];
          return loops(named(x), own, dense).flat();
        }).flat(),
      ),
  );
}

const modules: readonly [string, Parameters<typeof interactionSchema.parse>[0]][] = [
  ["linear, 4 tokens to 4", { kind: "linear" }],
  ["linear, 4 tokens to 3", { kind: "linear", tokens: 3 }],
  ["linear with the raw columns", { kind: "linear", tokens: 2, dense: true }],
  ["AdvancedDLRM", { kind: "advancedDlrm", hidden: [5] }],
  ["AdvancedDLRM, deeper, 4 tokens to 2, with the raw columns", {
    kind: "advancedDlrm",
    hidden: [6, 5],
    tokens: 2,
    dense: true,
  }],
  ["self-attention with one head", { kind: "selfAttention", heads: 1, hidden: 3 }],
  ["self-attention with two heads, 4 tokens to 3", { kind: "selfAttention", heads: 2, hidden: 5, tokens: 3 }],
  ["self-attention with the raw columns", { kind: "selfAttention", heads: 4, hidden: 2, dense: true }],
  ["convolution", { kind: "convolution" }],
  ["convolution with a 1 x 5 kernel, two channels, linear, 4 tokens to 3", {
    kind: "convolution",
    kernel: [1, 5],
    channels: 2,
    activation: "linear",
    tokens: 3,
  }],
  ["deep cross net, equation 7 as printed", { kind: "deepCross", form: "literal" }],
  ["deep cross net, equation 7 as printed, 4 tokens to 3", { kind: "deepCross", form: "literal", tokens: 3 }],
  ["deep cross net, flat", { kind: "deepCross", form: "flat", tokens: 3 }],
  ["deep cross net, flat, with the raw columns", { kind: "deepCross", form: "flat", dense: true }],
];

for (const [title, input] of modules) {
  Deno.test(`module ${title}: value and all gradients are those of loops in double precision, on ${engine.name}`, async () => {
    const config: InteractionConfig = interactionSchema.parse(input);
    const l = config.tokens ?? m;
    const module = interactionModule(config, { name: "u", m, l, d, numeric, zeroStart: true });
    await check(module, l, (p, x, dense) => plainModule(config, p, "u", x, dense));
  });
}

const pair = [{ kind: "advancedDlrm", hidden: [3] }, { kind: "linear" }];
const layers: readonly [string, object][] = [
  ["a sum, norm over the example", { modules: pair }],
  ["a sum, norm over each token", { modules: pair, norm: "token" }],
  ["a weighted sum of three modules, no norm", {
    modules: [{ kind: "linear" }, { kind: "deepCross", form: "literal" }, { kind: "convolution" }],
    ensemble: "weightedSum",
    norm: "none",
  }],
  ["a concatenation of 1 and 2 tokens with a projected shortcut", {
    modules: [{ kind: "linear", tokens: 1 }, { kind: "deepCross", form: "literal", tokens: 2 }],
    ensemble: "concat",
  }],
  ["a concatenation as wide as the input, with the identity for its shortcut", {
    modules: [{ kind: "linear", tokens: 3 }, { kind: "linear", tokens: 1, dense: true }],
    ensemble: "concat",
    norm: "token",
  }],
  ["a sum of two modules with another number of tokens", {
    modules: [{ kind: "linear", tokens: 5 }, { kind: "advancedDlrm", hidden: [4], tokens: 5, dense: true }],
  }],
];

for (const [title, input] of layers) {
  Deno.test(`layer of ${title}: value and all gradients are those of loops in double precision, on ${engine.name}`, async () => {
    const config: LayerConfig = layerSchema.parse(input);
    const layer = dhenLayer(config, { name: "layer0", m, d, numeric, zeroStart: true });
    assert.equal(layer.takesDense, config.modules.some((module) => module.dense));
    await check(layer, layer.tokens, (p, x, dense) => plainLayer(config, p, "layer0", x, dense));
  });
}
