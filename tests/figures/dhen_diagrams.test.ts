import assert from "node:assert/strict";
import { dhenLayerDiagram, dhenStackDiagram, featureProcessingDiagram, type Figure } from "../../lib/figures/mod.ts";
import type { DhenConfigInput } from "../../lib/models/mod.ts";
import * as examples from "./example_figures.ts";

const schema = {
  name: "clicks",
  fields: Array.from({ length: 6 }, (_, f) => ({ name: `f${f}`, cardinality: 10 })),
  dense: ["x", "y"],
  time: "fileOrder" as const,
};
const of = (layers: DhenConfigInput["layers"]): DhenConfigInput => ({
  kind: "dhen",
  dim: 4,
  bottom: [8],
  layers,
  overarch: [8],
});
const dlrm = { kind: "advancedDlrm" as const, hidden: [16] }, linear = { kind: "linear" as const };
const attention = { kind: "selfAttention" as const, heads: 2, hidden: 8 };

/** What is written, without tags. */
const words = (figure: Figure) =>
  figure.spec.layout.annotations!.flatMap(({ text }) => text.split("<br>").map((line) => line.replace(/<[^>]*>/g, "")));
const count = (figure: Figure, word: string) => words(figure).filter((each) => each === word).length;
const dashed = (figure: Figure) => figure.spec.layout.shapes!.filter(({ line }) => line?.dash !== undefined).length;

Deno.test("a layer's diagram names its modules, its ensemble, its norm, and the tokens below and above", () => {
  const figure = dhenLayerDiagram(of([{ modules: [dlrm, linear] }]), schema);
  for (
    const word of ["AdvancedDLRM", "MLP 16", "Linear", "Ensemble: sum", "Add & Norm", "over the example", "shortcut"]
  ) {
    assert.equal(count(figure, word), 1, word);
  }
  assert.deepEqual([count(figure, "X0: 7 tokens of width 4"), count(figure, "X1: 7 tokens of width 4")], [1, 1]);
  assert.equal(dashed(figure), 0, "nothing dashed where no module takes the raw columns");
});

Deno.test("a layer's diagram shows a projected shortcut and the raw columns only where there are such", () => {
  const plain = dhenLayerDiagram(of([{ modules: [dlrm, linear] }]), schema);
  assert.deepEqual([count(plain, "raw columns"), count(plain, "W: 7 × 2")], [0, 0]);
  const layers = [{ modules: [linear], norm: "none" as const }, { modules: [{ ...linear, tokens: 2, dense: true }] }];
  const figure = dhenLayerDiagram(of(layers), schema, 1);
  assert.deepEqual([count(figure, "raw columns"), count(figure, "(2)"), count(figure, "W: 7 × 2")], [1, 1, 1]);
  assert.ok(dashed(figure) > 0);
  assert.equal(count(figure, "X2: 2 tokens of width 4"), 1);
  assert.equal(count(dhenLayerDiagram(of(layers), schema, 0), "Add"), 1, "a layer without norm adds");
});

Deno.test("the stack's diagram draws k^N compositions where they are few, and some where they are many", () => {
  const two = dhenStackDiagram(of([{ repeat: 2, modules: [dlrm, linear] }]), schema);
  assert.match(two.caption, /2 layers and its 4 compositions of modules\./);
  // two boxes in the layers; I1(I1), I1(I2), I2(I1), I2(I2) hold each module four times
  assert.deepEqual([count(two, "AdvancedDLRM"), count(two, "DLRM"), count(two, "Linear")], [2, 4, 2 + 4]);
  assert.equal(count(two, "⋯"), 0);

  const deep = dhenStackDiagram(
    of([{ repeat: 5, modules: [dlrm, linear] }, { modules: [dlrm, attention, linear] }]),
    schema,
  );
  assert.match(deep.caption, /6 layers and its 96 compositions of modules, 4 of them drawn\./);
  assert.deepEqual([count(deep, "× 5"), count(deep, "× 1"), count(deep, "⋯")], [1, 0, 1]);
  assert.equal(deep.table.length, 6);
  assert.deepEqual(deep.table.map(({ modules }) => modules).slice(-2), [
    "advancedDlrm + linear",
    "advancedDlrm + selfAttention + linear",
  ]);
});

Deno.test("feature processing's diagram draws every field where they are few, and names all in its table", () => {
  const all = { ...schema, fields: schema.fields.slice(0, 5) };
  const figure = featureProcessingDiagram({ dim: 4, bottom: [8] }, all);
  assert.deepEqual([count(figure, "Lookup"), count(figure, "⋯"), count(figure, "2–8–4")], [5, 0, 1]);
  const more = featureProcessingDiagram({ dim: 4, bottom: [8] }, schema);
  assert.deepEqual([count(more, "Lookup"), count(more, "⋯"), count(more, "e6")], [5, 3, 1]);
  assert.deepEqual(more.table.map(({ token }) => token), ["z", "f0", "f1", "f2", "f3", "f4", "f5"]);
  const bare = featureProcessingDiagram({ dim: 4, bottom: [8] }, { ...schema, dense: [] });
  assert.deepEqual([count(bare, "MLP"), count(bare, "X0: 6 tokens of width 4")], [0, 1]);
});

/** All coordinates of a path. */
const points = (path: string) => [...path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

for (
  const [name, make] of Object.entries({
    layer: examples.dhenLayer,
    stack: examples.dhenStack,
    features: examples.features,
  })
) {
  Deno.test(`everything in the ${name} diagram lies within the figure, which is no wider than a page`, () => {
    const { width, height, xaxis, yaxis, shapes, annotations } = make().spec.layout;
    assert.ok(width <= 672, `${width} px`);
    const [left, right] = xaxis!.range!, [bottom, top] = yaxis!.range!;
    assert.deepEqual([right - left, top - bottom], [width, height], "one unit is one px");
    const places = [
      ...shapes!.flatMap((shape) => shape.type === "path" ? points(shape.path) : []),
      ...annotations!.map(({ x, y }) => [x, y]),
    ];
    for (const [x, y] of places) assert.ok(x >= left + 2 && x <= right - 2 && y >= 2 && y <= height - 2, `${x}, ${y}`);
  });
}

Deno.test("a layer that there is not is refused, and a stack without layers", () => {
  assert.throws(
    () => dhenLayerDiagram(of([{ modules: [linear] }]), schema, 1),
    /layer 1 of a DHEN with 1 layer, counted from 0/,
  );
  assert.throws(() => dhenStackDiagram(of([]), schema), /without layers: it is AdvancedDLRM/);
});
