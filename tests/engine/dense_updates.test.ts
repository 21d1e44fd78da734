import type * as tf from "@tensorflow/tfjs";
import type { HostTensor, Variable } from "../../lib/engine/mod.ts";
import { normal } from "../../lib/data/counter_hash.ts";
import { assertClose } from "./assert_close.ts";
import { engine } from "./open_test_engine.ts";

// Runs on every backend (see backends.test.ts). The references are the formulas of `DenseUpdates`, in double precision.

const shape = [3, 2], size = 6, steps = 4, rate = 0.125, epsilon = 0.05;
const initial = () => Float32Array.from({ length: size }, (_, i) => normal(1, i));
const gradient = (t: number) => Float32Array.from({ length: size }, (_, i) => normal(2, t, i));
const host = (data: Float32Array<ArrayBuffer>, shape: readonly number[]): HostTensor => ({ data, shape });

type Scalars = { rate: tf.Tensor; beta1Power: tf.Tensor; beta2Power: tf.Tensor };

/** Runs `steps` updates in a compiled step and compares parameter and slots with the reference's arrays. */
async function check(
  slots: Readonly<Record<string, number>>,
  update: (w: Variable, slots: Record<string, Variable>, g: tf.Tensor, scalars: Scalars) => void,
  reference: (state: Record<string, number>, g: number, t: number) => void,
) {
  const w = engine.variable("w", shape, initial());
  const variables = Object.fromEntries(
    Object.entries(slots).map((
      [name, value],
    ) => [name, engine.variable(name, shape, new Float32Array(size).fill(value))]),
  );
  const step = engine.compileStep<Record<"g" | "rate" | "beta1Power" | "beta2Power", HostTensor>>(
    ({ g, ...scalars }) => {
      update(w, variables, g, scalars);
      return {};
    },
    { name: "update" },
  );
  const expected: Record<string, number>[] = Array.from(initial(), (w) => ({ w, ...slots }));
  for (let t = 1; t <= steps; t++) {
    const g = gradient(t);
    await step.run({
      g: host(g, shape),
      rate: host(Float32Array.of(rate), []),
      beta1Power: host(Float32Array.of(BETA1 ** t), []),
      beta2Power: host(Float32Array.of(BETA2 ** t), []),
    });
    expected.forEach((state, i) => reference(state, g[i], t));
  }
  for (const [name, variable] of Object.entries({ w, ...variables })) {
    assertClose(await variable.read(), expected.map((state) => state[name]), {
      relative: 5e-6,
      absolute: 2e-6,
      what: name,
    });
    variable.dispose();
  }
  step.dispose();
}

const BETA1 = 0.75, BETA2 = 0.875; // exact in float32, so that 1 - beta is too

Deno.test(`SGD subtracts the rate times the gradient, on ${engine.name}`, async () => {
  await check({}, (w, _, g, { rate }) => engine.updates.sgd(w, rate, g), (state, g) => {
    state.w -= rate * g;
  });
});

Deno.test(`Adagrad divides by the root of the sum of squared gradients, on ${engine.name}`, async () => {
  await check(
    { accumulator: 0.1 },
    (w, { accumulator }, g, { rate }) => engine.updates.adagrad(w, accumulator, rate, epsilon, g),
    (state, g) => {
      state.accumulator += g * g;
      state.w -= rate * g / (Math.sqrt(state.accumulator) + epsilon);
    },
  );
});

Deno.test(`Adam corrects the bias of both running means, on ${engine.name}`, async () => {
  await check(
    { m: 0, v: 0 },
    (w, { m, v }, g, { rate, beta1Power, beta2Power }) =>
      engine.updates.adam(w, m, v, rate, { beta1: BETA1, beta2: BETA2, epsilon, beta1Power, beta2Power }, g),
    (state, g, t) => {
      state.m = BETA1 * state.m + (1 - BETA1) * g;
      state.v = BETA2 * state.v + (1 - BETA2) * g * g;
      const corrected = rate * Math.sqrt(1 - BETA2 ** t) / (1 - BETA1 ** t);
      state.w -= corrected * state.m / (Math.sqrt(state.v) + epsilon);
    },
  );
});

Deno.test(`Adagrad leaves a weight alone that has never had a gradient, on ${engine.name}`, async () => {
  const w = engine.variable("w", [2], Float32Array.of(3, 4));
  const accumulator = engine.variable("a", [2], new Float32Array(2));
  const step = engine.compileStep<{ g: HostTensor; rate: HostTensor }>(({ g, rate }) => {
    engine.updates.adagrad(w, accumulator, rate, 1e-8, g);
    return {};
  }, { name: "update" });
  await step.run({ g: host(Float32Array.of(0, 2), [2]), rate: host(Float32Array.of(0.5), []) });
  assertClose(await w.read(), [3, 3.5], { relative: 1e-6 }); // not 0 / 0
  assertClose(await accumulator.read(), [0, 4], {});
  [step, w, accumulator].forEach((owned) => owned.dispose());
});
