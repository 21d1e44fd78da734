import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { activationBytes, type Block, buildModel, type DhenConfigInput } from "../../lib/models/mod.ts";
import { engine, onTensorFlow } from "../engine/open_test_engine.ts";
import { schema } from "../training/click_batch.ts";

// Runs on every backend (see ../engine/backends.test.ts). Fields: 3, columns: 2. All numbers are counted by hand.

const FLOAT = 4;
const isLayer = ({ name }: Block) => name.startsWith("layer");

const of = (layers: DhenConfigInput["layers"]) =>
  buildModel({ kind: "dhen", dim: 4, bottom: [8], layers, overarch: [16] }, schema);

Deno.test({
  name: "an MLP keeps its input and what each layer gives",
  ignore: !onTensorFlow, // the fused layer keeps less than tfjs's ops
  fn() {
    const kept = activationBytes(buildModel({ kind: "mlp", dim: 4, hidden: [16, 8] }, schema), schema);
    assert.deepEqual(kept, { blocks: { overarch: FLOAT * (14 + 16 + 8 + 1) }, between: 0, total: FLOAT * 39 });
  },
});

Deno.test({
  name: "a layer of AdvancedDLRM keeps tokens, products before and after scaling, its MLP's input and layers",
  ignore: !onTensorFlow,
  fn() {
    const model = of([{ repeat: 2, modules: [{ kind: "advancedDlrm", hidden: [12] }], norm: "none" }]);
    const layer = FLOAT * (16 + 6 + 6 + 22 + 12 + 16);
    const { blocks, between, total } = activationBytes(model, schema);
    assert.deepEqual(blocks, {
      bottom: FLOAT * (8 + 4),
      layer0: layer,
      layer1: layer,
      interaction: FLOAT * 16,
      overarch: FLOAT * (6 + 16 + 4 + 16 + 1),
    });
    assert.equal(between, FLOAT * 6); // the products, which are concatenated
    assert.equal(total, 2 * layer + FLOAT * (12 + 16 + 43 + 6));
  },
});

Deno.test(`a recomputed layer keeps its input tokens and nothing else, whatever is in it, on ${engine.name}`, () => {
  const model = of([
    { modules: [{ kind: "advancedDlrm", hidden: [12] }, { kind: "linear" }] },
    { modules: [{ kind: "selfAttention", heads: 2, hidden: 6, dense: true }, { kind: "convolution" }] },
    { modules: [{ kind: "deepCross", form: "flat" }, { kind: "deepCross", form: "literal" }], norm: "token" },
  ]);
  const kept = activationBytes(model, schema), again = activationBytes(model, schema, { recompute: isLayer });
  for (const layer of ["layer0", "layer1", "layer2"]) {
    // tfjs's wasm backend copies what it saves, and so the raw columns too that layer1 sees
    const copied = engine.name === "wasm" && layer === "layer1" ? FLOAT * 2 : 0;
    assert.equal(again.blocks[layer], FLOAT * 4 * 4 + copied);
    assert.ok(kept.blocks[layer] > 4 * again.blocks[layer], `${kept.blocks[layer]} bytes in ${layer}`);
  }
  for (const block of ["bottom", "interaction", "overarch"]) assert.equal(again.blocks[block], kept.blocks[block]);
});

Deno.test(`measuring leaves no tensor behind, on ${engine.name}`, () => {
  const model = of([{ modules: [{ kind: "selfAttention", heads: 2, hidden: 6 }] }]);
  const before = tf.memory().numTensors;
  activationBytes(model, schema);
  activationBytes(model, schema, { recompute: isLayer });
  assert.equal(tf.memory().numTensors, before);
});
