import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import {
  buildModel,
  dhen,
  type DhenConfigInput,
  dhenLayer,
  fillInitial,
  interactionModule,
  interactionSchema,
  layerSchema,
  type Model,
  type ModelConfigInput,
  modelConfigSchema,
  type ModuleShape,
  type ParameterSpec,
} from "../../lib/models/mod.ts";
import { createTrainer } from "../../lib/training/trainer.ts";
import { trainingConfigSchema } from "../../lib/training/training_config.ts";
import { assertClose } from "../engine/assert_close.ts";
import { draws } from "../engine/check_op.ts";
import { engine } from "../engine/open_test_engine.ts";
import { clickBatch, schema } from "../training/click_batch.ts";

// Runs on every backend (see ../engine/backends.test.ts).

const parts = { dim: 8, bottom: [16], overarch: [32, 16] };
const pair = [{ kind: "advancedDlrm" as const, hidden: [16] }, { kind: "linear" as const }];
const B = 3, m = 4, d = 4;
const x = draws(1, B * m * d);
const place: ModuleShape = { name: "u", m, l: m, d, numeric: 2, zeroStart: false };
const close = { relative: 1e-5, absolute: 1e-5 };

type Values = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Every parameter away from where it starts. */
const somewhere = (specs: readonly ParameterSpec[]): Values =>
  Object.fromEntries(specs.map(({ name, shape }, i) => [name, draws(10 + i, sizeOf(shape)).map((v) => 0.5 * v)]));

type Part = Pick<ReturnType<typeof interactionModule>, "parameters" | "forward">;

/** What a module or layer makes of tokens `[B, rows, d]`. */
function outputOf(part: Part, values: Values, input: ArrayLike<number> = x): Float32Array {
  return tf.tidy(() => {
    const p = Object.fromEntries(
      part.parameters.map(({ name, shape }) => [name, tf.tensor(values[name], [...shape])]),
    );
    return part.forward(p, tf.tensor(Float32Array.from(input), [B, input.length / B / d, d])).dataSync<"float32">();
  });
}

/** Tokens `[B, rows, d]` in another order. */
const reordered = (tokens: ArrayLike<number>, order: readonly number[]): Float32Array =>
  Float32Array.from({ length: tokens.length }, (_, at) => {
    const k = at % d, i = Math.floor(at / d) % order.length, b = Math.floor(at / d / order.length);
    return tokens[(b * order.length + order[i]) * d + k];
  });

const module = (input: Parameters<typeof interactionSchema.parse>[0], shape = place) =>
  interactionModule(interactionSchema.parse(input), shape);
const layer = (input: Parameters<typeof layerSchema.parse>[0], zeroStart = false) =>
  dhenLayer(layerSchema.parse(input), { name: "layer0", m, d, numeric: 2, zeroStart });

async function losses(model: Model, steps: number): Promise<number[]> {
  const config = trainingConfigSchema.parse({ batchSize: 64 });
  const trainer = createTrainer({ engine, model, schema, config, seed: 5 });
  const out: number[] = [];
  for (let k = 0; k < steps; k++) out.push(await trainer.step(clickBatch(64, k)));
  trainer.dispose();
  return out;
}

Deno.test(`a DHEN without layers is AdvancedDLRM to the last bit, in its losses over 20 steps, on ${engine.name}`, async () => {
  const nested = await losses(dhen({ kind: "dhen", ...parts, layers: [] }, schema), 20);
  assert.deepEqual(nested, await losses(buildModel({ kind: "advancedDlrm", ...parts }, schema), 20));
  const deeper = await losses(dhen({ kind: "dhen", ...parts, layers: [{ modules: pair }] }, schema), 1);
  assert.notEqual(deeper[0], nested[0]);
});

Deno.test(`a mixture of one expert is AdvancedDLRM: its gate is 1 whatever it says, on ${engine.name}`, () => {
  const values = (model: Model) =>
    Object.fromEntries(
      model.blocks.flatMap((block) => block.parameters).map(({ name, shape }) => {
        const out = new Float32Array(sizeOf(shape));
        const initializer = { kind: "normal", deviation: 0.4 } as const;
        fillInitial(out, { initializer, seed: 3, name: name.replace("expert0", "overarch") });
        return [name, tf.tensor(out, [...shape])];
      }),
    );
  const logits = (config: ModelConfigInput) =>
    tf.tidy(() => {
      const model = buildModel(config, schema), p = values(model);
      const inputs = { embeddings: tf.tensor(draws(1, 5 * 3 * 8), [5, 3, 8]), dense: tf.tensor(draws(2, 10), [5, 2]) };
      return model.logits((block, ...given) => block.forward(p, ...given), inputs).dataSync();
    });
  const mixture = logits({ kind: "mixtureOfExperts", ...parts, experts: 1 });
  assertClose(mixture, logits({ kind: "advancedDlrm", ...parts }), { relative: 1e-6, absolute: 1e-6 });
});

for (
  const kind of [
    { kind: "advancedDlrm", hidden: [5] },
    { kind: "selfAttention", heads: 2, hidden: 5 },
    { kind: "convolution" },
    { kind: "linear" },
    { kind: "deepCross", form: "literal" },
    { kind: "deepCross", form: "flat" },
  ] as const
) {
  const title = `${kind.kind}${"form" in kind ? ` (${kind.form})` : ""}`;
  Deno.test(`an untrained layer of ${title} is the norm of its input, and with zeroStart false it is not, on ${engine.name}`, () => {
    const initial = (specs: readonly ParameterSpec[]) =>
      Object.fromEntries(specs.map(({ name, shape, initializer }) => {
        const values = new Float32Array(sizeOf(shape));
        fillInitial(values, { initializer, seed: 3, name });
        return [name, values];
      }));
    const asIs = layer({ modules: [kind], norm: "none" }, true);
    assert.deepEqual([...outputOf(asIs, initial(asIs.parameters))], [...x]);
    const free = layer({ modules: [kind], norm: "none" }, false);
    assert.notDeepEqual([...outputOf(free, initial(free.parameters))], [...x]);

    const normed = layer({ modules: [kind] }, true);
    const out = outputOf(normed, initial(normed.parameters));
    for (let b = 0; b < B; b++) {
      const own = out.slice(b * m * d, (b + 1) * m * d), mean = own.reduce((a, v) => a + v, 0) / own.length;
      const variance = own.reduce((a, v) => a + (v - mean) ** 2, 0) / own.length;
      assertClose([mean, variance], [0, 1], { absolute: 1e-4 });
    }
  });
}

Deno.test(`the sum of modules does not depend on their order, on ${engine.name}`, () => {
  const one = layer({ modules: [{ kind: "linear" }, { kind: "deepCross", form: "flat" }] });
  const other = layer({ modules: [{ kind: "deepCross", form: "flat" }, { kind: "linear" }] });
  const values = somewhere(one.parameters);
  const renamed = Object.fromEntries(
    Object.entries(values).map(([name, v]) => [
      name.replace("linear0", "linear1").replace("deepCross1", "deepCross0"),
      v,
    ]),
  );
  assertClose(outputOf(other, renamed), outputOf(one, values), close);
});

Deno.test(`a weighted sum with weights 1 and 0 is its first module alone, on ${engine.name}`, () => {
  const both = layer({
    modules: [{ kind: "linear" }, { kind: "convolution" }],
    ensemble: "weightedSum",
  });
  const alone = layer({ modules: [{ kind: "linear" }] });
  const values = { ...somewhere(both.parameters), "layer0/ensemble": Float32Array.of(1, 0) };
  assertClose(outputOf(both, values), outputOf(alone, values), { absolute: 1e-7 });
});

Deno.test(`two linear modules side by side are one linear module with their matrices side by side, on ${engine.name}`, () => {
  const two = layer({ modules: [{ kind: "linear", tokens: 1 }, { kind: "linear", tokens: 2 }], ensemble: "concat" });
  const one = layer({ modules: [{ kind: "linear", tokens: 3 }] });
  assert.equal(two.tokens, 3);
  const values = somewhere(two.parameters);
  const [a, b] = [values["layer0/linear0/mix"], values["layer0/linear1/mix"]];
  const joined = Float32Array.from({ length: m * 3 }, (_, at) => {
    const j = Math.floor(at / 3), l = at % 3;
    return l === 0 ? a[j] : b[j * 2 + l - 1];
  });
  assertClose(outputOf(one, { ...values, "layer0/linear0/mix": joined }), outputOf(two, values), close);
});

const identity = Float32Array.from({ length: m * m }, (_, at) => at % (m + 1) === 0 ? 1 : 0);
const order = [2, 0, 3, 1];

Deno.test(`self-attention knows no order: with W = I, tokens in another order come out in that order, on ${engine.name}`, () => {
  const attention = module({ kind: "selfAttention", heads: 2, hidden: 5 });
  const values = { ...somewhere(attention.parameters), "u/mix": identity };
  assertClose(
    outputOf(attention, values, reordered(x, order)),
    reordered(outputOf(attention, values), order),
    close,
  );
});

Deno.test(`the literal cross sums over tokens: their order makes no difference to it, on ${engine.name}`, () => {
  const cross = module({ kind: "deepCross", form: "literal" }), values = somewhere(cross.parameters);
  assertClose(outputOf(cross, values, reordered(x, order)), outputOf(cross, values), close);
});

Deno.test(`the linear module is linear, the same in every dimension, and takes a permuted W for permuted tokens, on ${engine.name}`, () => {
  const linear = module({ kind: "linear" }), values = somewhere(linear.parameters);
  const y = draws(7, x.length), of = (input: ArrayLike<number>, p = values) => outputOf(linear, p, input);
  const sum = of(x.map((v, i) => 2 * v - 3 * y[i])), parts = [of(x), of(y)];
  assertClose(sum, parts[0].map((v, i) => 2 * v - 3 * parts[1][i]), close);

  const swapped = (tokens: Float32Array) => tokens.map((_, at) => tokens[at % d < 2 ? at + 2 : at - 2]); // dimensions
  assertClose(of(swapped(x)), swapped(of(x)), close);

  const w = values["u/mix"];
  const permuted = Float32Array.from({ length: m * m }, (_, at) => w[order[Math.floor(at / m)] * m + at % m]);
  assertClose(of(reordered(x, order), { "u/mix": permuted }), of(x), close);
});

Deno.test(`the convolution sees neighbours only: with W = I a changed token moves itself and the tokens beside it, on ${engine.name}`, () => {
  const convolution = module({ kind: "convolution", activation: "linear" });
  const values = { ...somewhere(convolution.parameters), "u/mix": identity };
  const changed = x.map((v, at) => Math.floor(at / d) % m === 0 ? v + 1 : v); // token 0 of each example
  const before = outputOf(convolution, values), after = outputOf(convolution, values, changed);
  const moved = Array.from(
    { length: m },
    (_, i) => before.some((v, at) => Math.floor(at / d) % m === i && Math.abs(v - after[at]) > 1e-6),
  );
  assert.deepEqual(moved, [true, true, false, false]);
});

Deno.test("what a layer's output depends on follows from its parts: tokens, shortcut, the raw columns", () => {
  const names = (input: Parameters<typeof layer>[0]) => layer(input).parameters.map(({ name }) => name.slice(7));
  assert.deepEqual(names({ modules: [{ kind: "linear" }], norm: "none" }), ["linear0/mix"]);
  assert.deepEqual(names({ modules: [{ kind: "linear", tokens: 2 }] }), [
    "linear0/mix",
    "shortcut",
    "norm/gain",
    "norm/bias",
  ]);
  const raw = layer({ modules: [{ kind: "linear", dense: true }], ensemble: "weightedSum", norm: "token" });
  assert.deepEqual(raw.parameters.map(({ name, shape }) => [name, [...shape]]), [
    ["layer0/linear0/dense/0/weights", [2, 4]],
    ["layer0/linear0/dense/0/bias", [4]],
    ["layer0/linear0/mix", [5, 4]],
    ["layer0/ensemble", [1]],
    ["layer0/norm/gain", [4]],
    ["layer0/norm/bias", [4]],
  ]);
  assert.deepEqual([layer({ modules: pair }).takesDense, raw.takesDense], [false, true]);
});

const base: DhenConfigInput = { kind: "dhen", ...parts, layers: [{ modules: pair }] };

Deno.test("a DHEN config is filled with its defaults, so that a record tells them", () => {
  assert.deepEqual(modelConfigSchema.parse(base), {
    ...base,
    zeroStart: true,
    head: "advancedDlrm",
    layers: [{
      repeat: 1,
      ensemble: "sum",
      norm: "example",
      modules: [{ kind: "advancedDlrm", hidden: [16], dense: false }, { kind: "linear", dense: false }],
    }],
  });
});

const refused: readonly [string, unknown, RegExp, typeof schema?][] = [
  ["a sum of modules with different numbers of tokens", {
    ...base,
    layers: [{ modules: [{ kind: "linear", tokens: 3 }, { kind: "deepCross", form: "flat", tokens: 5 }] }],
  }, /layer0: its modules give different numbers of tokens \(linear 3, deepCross 5\), and a sum needs one.*concat/],
  ["a weighted sum of them, in the second layer, where one takes the number of the first", {
    ...base,
    layers: [{ modules: [{ kind: "linear", tokens: 3 }] }, {
      modules: [{ kind: "linear" }, { kind: "linear", tokens: 2 }],
      ensemble: "weightedSum",
    }],
  }, /layer1: .*\(linear 3, linear 2\), and a weighted sum/],
  ["heads that do not divide the width", {
    ...base,
    layers: [{ modules: [{ kind: "selfAttention", heads: 3, hidden: 4 }] }],
  }, /layer0\/selfAttention0: 3 heads cannot share out tokens of width 8/],
  [
    "raw columns where the data has none",
    { ...base, layers: [{ modules: [{ kind: "linear", dense: true }] }] },
    /layer0\/linear0: it wants the raw numeric columns .* the data has none/,
    { ...schema, dense: [] },
  ],
  ["a layer of one token in front of AdvancedDLRM's head", {
    ...base,
    layers: [{ modules: [{ kind: "linear", tokens: 1 }] }],
  }, /dot interaction of 1 token: there is no pair.*head "flat"/],
  ["AdvancedDLRM on one token", {
    ...base,
    head: "flat",
    layers: [{ modules: [{ kind: "linear", tokens: 1 }] }, { modules: pair }],
  }, /layer1\/advancedDlrm0: AdvancedDLRM needs pairs of tokens/],
  ["a kernel without a middle", {
    ...base,
    layers: [{ modules: [{ kind: "convolution", kernel: [2, 3] }] }],
  }, /a kernel has an odd size/],
  ["a layer without modules", { ...base, layers: [{ modules: [] }] }, /modules/],
  ["an ensemble that there is not", { ...base, layers: [{ modules: pair, ensemble: "mean" }] }, /ensemble/],
  ["a module that there is not", { ...base, layers: [{ modules: [{ kind: "lstm" }] }] }, /kind/],
  ["a setting that there is not", { ...base, layer: [] }, /layer/],
];

for (const [title, config, reason, of = schema] of refused) {
  Deno.test(`refused with the reason: ${title}`, () => {
    assert.throws(() => buildModel(modelConfigSchema.parse(config), of), reason);
  });
}

Deno.test("refused with the reason: a FinalMLP whose heads do not divide its streams", () => {
  const config: ModelConfigInput = { kind: "finalMlp", dim: 4, streams: [[8], [6]], heads: 4 };
  assert.throws(() => buildModel(config, schema), /4 heads cannot share out streams that end in 8 and 6/);
});
