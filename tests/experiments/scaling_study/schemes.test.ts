import assert from "node:assert/strict";
import { buildModel } from "../../../lib/models/build_model.ts";
import { cost } from "../../../lib/models/cost.ts";
import { scaledParameters, trainingFlops } from "../../../lib/experiments/scaling_study/readings.ts";
import {
  BASE,
  BASE_SIZE,
  dlrmOf,
  enlarged,
  isBase,
  scaledModels,
  SCHEMES,
  sizesOf,
} from "../../../lib/experiments/scaling_study/schemes.ts";
import { SCALE_SCHEMA } from "./made_readings.ts";

const counted = (model: Parameters<typeof dlrmOf>[0]) => cost(buildModel(dlrmOf(model), SCALE_SCHEMA));

Deno.test("the base model is the same model in every scheme, and listed once", () => {
  for (const scheme of SCHEMES) {
    assert.deepEqual(dlrmOf({ scheme, size: BASE_SIZE[scheme] }), dlrmOf(BASE));
    for (const profile of ["smoke", "paper"] as const) assert.ok(sizesOf(scheme, profile).includes(BASE_SIZE[scheme]));
  }
  assert.equal(scaledModels("paper").filter(isBase).length, 1);
});

Deno.test("each scheme scales its own parameters and leaves the others as they are", () => {
  const base = counted(BASE);
  const rows = 10 + 20 + 30 + 50 + 100 + 200 + 300 + 1000 + 10_000 + 100_000 + 300_000 + 1_000_000;
  assert.equal(base.parameters.embedding, 8 * rows);
  assert.equal(counted({ scheme: "vertical", size: 100 }).parameters.embedding, 8 * (10 + 20 + 30 + 50 + 8 * 100));
  assert.equal(counted({ scheme: "horizontal", size: 32 }).parameters.embedding, 32 * rows);
  // 13 vectors, so 78 dot products, and the bottom MLP's 8 outputs
  const overarch = (w: number) => 86 * w + w + w * w / 2 + w / 2 + w / 2 + 1;
  assert.equal(counted({ scheme: "overarch", size: 256 }).parameters.overarch, overarch(256));
  assert.equal(counted({ scheme: "overarch", size: 256 }).parameters.bottom, base.parameters.bottom);
  assert.equal(counted({ scheme: "allMlp", size: 256 }).parameters.bottom, 4 * 128 + 128 + 128 * 8 + 8);
});

Deno.test("the enlarged model of each scheme has at least four times the parameters that it scales", () => {
  for (const scheme of SCHEMES) {
    const [from, to] = enlarged(scheme, "paper").map((size) => scaledParameters(counted({ scheme, size }), scheme));
    assert.ok(to >= 4 * from, `${scheme}: ${to / from}`);
  }
});

Deno.test("training compute is three times the forward products, and lookups count when asked for", () => {
  const forward = 2 * (4 * 32 + 32 * 8) + 2 * 8 * 78 + 2 * (86 * 64 + 64 * 32 + 32);
  assert.equal(trainingFlops({ model: BASE, cost: counted(BASE) }), 3 * forward);
  assert.equal(trainingFlops({ model: BASE, cost: counted(BASE) }, "products and lookups"), 3 * (forward + 2 * 12 * 8));
});
