import assert from "node:assert/strict";
import {
  calibrationPlot,
  intervalPlot,
  learningCurves,
  resourcePanels,
  sequentialColors,
  wilsonInterval,
} from "../../lib/figures/mod.ts";
import * as examples from "./example_figures.ts";
import { assertSnapshot } from "./spec_snapshot.ts";

for (const [key, make] of Object.entries(examples)) {
  Deno.test(`the spec of ${key} is the stored one`, async () => {
    await assertSnapshot(make().name, make().spec);
  });

  Deno.test(`the spec of ${key} is plain JSON`, () => {
    assert.deepEqual(JSON.parse(JSON.stringify(make().spec)), make().spec);
  });
}

const curve = { label: "DLRM", examples: [1e4, 1e5, 1e6], ne: [0.9, 0.85, 0.83] };
const draw = (panel: Parameters<typeof learningCurves>[0]["panels"][number]) =>
  learningCurves({ name: "test", caption: "A test.", panels: [panel] });

Deno.test("learningCurves keeps a model's colour across panels and names it once in the legend", () => {
  const other = { ...curve, label: "DHEN" };
  const { data } = learningCurves({
    name: "test",
    caption: "A test.",
    panels: [{ curves: [curve, other] }, { curves: [other] }],
  }).spec;
  const dhen = data.filter((trace) => trace.name === "DHEN");
  assert.deepEqual(dhen.map((trace) => trace.showlegend), [true, false]);
  assert.equal(dhen[0].marker?.color, dhen[1].marker?.color);
  assert.notEqual(dhen[0].marker?.color, data.find((trace) => trace.name === "DLRM")?.marker?.color);
});

Deno.test("learningCurves shows the optimum and room for its label even far below the curves", () => {
  const { layout } = draw({ curves: [curve], optimum: { ne: 0.5 } }).spec;
  assert.ok(layout.yaxis!.range![0] < 0.5 - 0.05 * (0.9 - 0.5));
  assert.equal(layout.annotations![0].text, "Bayes-optimal NE 0.5000");
  const [line] = layout.shapes!;
  assert.equal(line.type === "line" && line.y0, 0.5);
});

Deno.test("learningCurves draws a band around the points that have both ends", () => {
  const { data } = draw({ curves: [{ ...curve, lo: [0.8, NaN, 0.7], hi: [1, 0.9, 0.95] }] }).spec;
  assert.deepEqual(data[0].x, [1e4, 1e6, 1e6, 1e4]);
  assert.deepEqual(data[0].y, [1, 0.95, 0.7, 0.8]);
});

Deno.test("learningCurves takes typed arrays, and NaN becomes a gap in the spec and NaN in the table", () => {
  const figure = draw({ curves: [{ label: "a", examples: Int32Array.of(10, 100), ne: Float64Array.of(NaN, 0.5) }] });
  assert.deepEqual(figure.spec.data[0].y, [null, 0.5]);
  assert.equal(figure.toCsv(), "panel,model,examples,ne,lo,hi\n1,a,10,NaN,,\n1,a,100,0.5,,\n");
});

Deno.test("learningCurves puts every number it draws into the table", () => {
  const figure = examples.threePanels();
  const drawn = figure.spec.data.filter((trace) => trace.name).flatMap((trace) => [...trace.y]);
  const told = figure.table.filter((row) => row.examples !== undefined).map((row) => row.ne);
  assert.deepEqual(told, drawn);
  assert.deepEqual(figure.table.filter((row) => row.model === "Bayes-optimal").map((row) => row.ne), [0.78, 0.79]);
});

Deno.test("learningCurves says what is wrong with its input", () => {
  const cases: [Parameters<typeof draw>[0], RegExp][] = [
    [{ curves: [] }, /panel "" has no curve/],
    [{ curves: [{ ...curve, ne: [1] }] }, /curve "DLRM" has 3 examples, 1 ne/],
    [{ curves: [{ ...curve, examples: [0, 1, 2] }] }, /curve "DLRM" has 0 examples, wanted a positive number/],
    [{ curves: [{ ...curve, lo: [1, 1, 1] }] }, /one of lo and hi/],
    [{ curves: [{ ...curve, ne: [NaN, NaN, NaN] }] }, /no finite NE/],
  ];
  for (const [panel, message] of cases) assert.throws(() => draw(panel), { name: "RangeError", message });
  assert.throws(() => learningCurves({ name: "test", caption: "", panels: [] }), /there is no panel/);
  assert.throws(
    () => learningCurves({ name: "a/b", caption: "", panels: [{ curves: [curve] }] }),
    /name a figure "a\/b"/,
  );
});

const bins = [{ predicted: 0.01, clicks: 12, examples: 1000 }, { predicted: 0.2, clicks: 0, examples: 50 }];
const reliability = (scale?: "linear" | "log") =>
  calibrationPlot({ name: "test", caption: "A test.", models: [{ label: "DLRM", bins }], scale });

Deno.test("calibrationPlot draws Wilson's interval around the observed rate", () => {
  const { data } = reliability("linear").spec;
  const [lo, hi] = wilsonInterval(12, 1000);
  const rates = data.find((trace) => trace.error_y)!;
  assert.deepEqual(rates.y, [0.012, 0]);
  assert.equal(rates.error_y!.array[0], hi - 0.012);
  assert.equal(rates.error_y!.arrayminus![0], 0.012 - lo);
});

Deno.test("calibrationPlot marks a bin without clicks on log axes by the upper end of its interval", () => {
  const { data } = reliability("log").spec;
  const limit = data.find((trace) => trace.marker?.symbol === "triangle-down-open")!;
  assert.deepEqual([limit.x, limit.y], [[0.2], [wilsonInterval(0, 50)[1]]]);
  assert.deepEqual(data.find((trace) => trace.error_y)!.x, [0.01]);
});

Deno.test("calibrationPlot takes log axes when predictions span more than a factor of ten", () => {
  assert.equal(reliability().spec.layout.xaxis?.type, "log");
  assert.notEqual(examples.linearCalibration().spec.layout.xaxis?.type, "log");
});

Deno.test("calibrationPlot shows the strip of bin sizes only where sizes differ", () => {
  assert.ok(examples.calibration().spec.layout.yaxis2);
  assert.equal(examples.linearCalibration().spec.layout.yaxis2, undefined);
});

Deno.test("calibrationPlot leaves out empty bins and refuses impossible ones", () => {
  const plot = (bin: typeof bins[number]) =>
    calibrationPlot({ name: "test", caption: "A test.", models: [{ label: "m", bins: [bins[0], bin] }] });
  assert.equal(plot({ predicted: NaN, clicks: 0, examples: 0 }).table.length, 1);
  assert.throws(() => plot({ predicted: 1.5, clicks: 0, examples: 9 }), /mean prediction 1.5, wanted 0 to 1/);
  assert.throws(() => plot({ predicted: 0.5, clicks: 10, examples: 9 }), /10 successes in 9 trials/);
  assert.throws(() => calibrationPlot({ name: "test", caption: "", models: [] }), /no model has a bin/);
});

Deno.test("calibrationPlot's table has the rates, intervals and counts", () => {
  const [row] = reliability().table;
  assert.deepEqual([row.model, row.predicted, row.observed, row.clicks, row.examples], ["DLRM", 0.01, 0.012, 12, 1000]);
});

Deno.test("wilsonInterval agrees with published values and its closed forms at the ends", () => {
  // Newcombe (1998), Statistics in Medicine 17, table I, method 3: score without continuity correction.
  const published: [number, number, number, number][] = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ];
  for (const [clicks, trials, lo, hi] of published) {
    const interval = wilsonInterval(clicks, trials);
    assert.ok(
      Math.abs(interval[0] - lo) < 6e-5 && Math.abs(interval[1] - hi) < 6e-5,
      `${clicks}/${trials}: ${interval}`,
    );
  }
  // Without successes z²/(n + z²); mirrored with all.
  assert.ok(Math.abs(wilsonInterval(0, 50, 2)[1] - 4 / 54) < 1e-12);
  assert.ok(Math.abs(wilsonInterval(50, 50, 2)[0] - 50 / 54) < 1e-12);
  assert.throws(() => wilsonInterval(1, 0), /wanted 0 <= successes <= trials/);
});

const series = { label: "a", x: [1, 10], y: [0.9, 0.8], color: "#0072B2" };
const panelsOf = (panel: Parameters<typeof resourcePanels>[0]["panels"][number], own = {}) =>
  resourcePanels({ name: "test", caption: "A test.", xTitle: "D", yTitle: "NE", panels: [panel], ...own });

Deno.test("resourcePanels names in the key what has no label of its own, in the series' colours", () => {
  const { annotations } = panelsOf({
    keyTitle: "d",
    series: [series, { ...series, label: "b", unnamed: true }, { ...series, label: "c", labelled: true }],
  }).spec.layout;
  const texts = annotations!.map(({ text }) => text);
  assert.deepEqual(texts, ["c", `d<br>a <span style="color:#0072B2">\u2501</span>`]);
});

Deno.test("resourcePanels places a label on log axes by the logarithm of its last point", () => {
  const [label] = panelsOf({ series: [{ ...series, labelled: true }] }, { yScale: "log" }).spec.layout.annotations!;
  assert.deepEqual([label.x, label.y], [1, Math.log10(0.8)]);
});

Deno.test("resourcePanels shows one range of y in all panels, or each its own", () => {
  const panels = [{ series: [series] }, { series: [{ ...series, y: [0.5, 0.4] }] }];
  const ranges = (sharedY: boolean) => {
    const { layout } = panelsOf(panels[0], { panels, sharedY }).spec;
    return [layout.yaxis!.range!, layout.yaxis2!.range!];
  };
  assert.deepEqual(ranges(true)[0], ranges(true)[1]);
  assert.ok(ranges(false)[1][1] < 0.6 && ranges(false)[0][0] > 0.7);
});

Deno.test("resourcePanels says what is wrong with its input", () => {
  assert.throws(() => panelsOf({ series: [] }), /there is no series/);
  assert.throws(() => panelsOf({ series: [{ ...series, x: [0, 1] }] }), /series "a" has x = 0/);
  assert.throws(() => panelsOf({ series: [{ ...series, y: [1] }] }), /2, 1, 1, 1 values of x, y, lo, hi/);
  assert.throws(() => panelsOf({ series: [{ ...series, y: [-1, 1] }] }, { yScale: "log" }), /has y = -1/);
});

Deno.test("sequential colours get lighter one after another, as the eye weighs the channels", () => {
  const light = sequentialColors(9).map((color) => {
    const [r, g, b] = [1, 3, 5].map((at) => (parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; // relative luminance (ITU-R BT.709)
  });
  assert.ok(light.slice(1).every((value, k) => value > light[k]));
  assert.equal(sequentialColors(1).length, 1);
});

Deno.test("intervalPlot draws an interval without an end to the edge of the panel", () => {
  const { data } = intervalPlot({
    name: "test",
    caption: "A test.",
    xTitle: "%",
    xRange: [-1, 1],
    rows: [{ label: "a", value: 0, low: -Infinity, high: 0.5 }],
  }).spec;
  assert.deepEqual(data[0].error_x?.arrayminus, [1]);
  assert.throws(
    () => intervalPlot({ name: "t", caption: "", xTitle: "", rows: [{ label: "a", value: 2, low: 0, high: 1 }] }),
    /"a" has 2 outside of its interval/,
  );
});
