import assert from "node:assert/strict";
import { Figure, panelGrid, plainSpec, seriesStyle, tableToCsv, topLegend } from "../../lib/figures/mod.ts";

Deno.test("plainSpec turns typed arrays into arrays, what is not finite into null, and drops undefined", () => {
  const spec = plainSpec({
    data: [{
      type: "scatter",
      mode: "lines",
      x: Float64Array.of(1, Infinity),
      y: [NaN, 2],
      name: undefined,
      text: ["a", null],
    }],
    layout: { width: 336, height: 200 },
  });
  assert.deepEqual(spec, {
    data: [{ type: "scatter", mode: "lines", x: [1, null], y: [null, 2], text: ["a", null] }],
    layout: { width: 336, height: 200 },
  });
  assert.ok(!("name" in spec.data[0]));
});

Deno.test("plainSpec refuses what JSON cannot carry", () => {
  const spec = { data: [], layout: { width: 336, height: 200, hovermode: (() => 1) as unknown as false } };
  assert.throws(() => plainSpec(spec), /Cannot put a function into a Plotly figure/);
});

Deno.test("tableToCsv quotes as RFC 4180 wants and keeps full precision", () => {
  const rows = [{ a: 'say "hi"', b: 0.1 + 0.2 }, { a: "x\ny", c: null }, { b: -Infinity, c: true }];
  assert.equal(tableToCsv(rows), 'a,b,c\n"say ""hi""",0.30000000000000004,\n"x\ny",,\n,-Infinity,true\n');
});

Deno.test("a figure takes a snapshot of its spec", () => {
  const y = [1, 2];
  const figure = new Figure({
    name: "f",
    caption: "c",
    spec: { data: [{ type: "scatter", mode: "lines", x: [1, 2], y }], layout: { width: 336, height: 200 } },
    table: [],
  });
  y[0] = 99;
  assert.deepEqual(figure.spec.data[0].y, [1, 2]);
});

Deno.test("panelGrid gives all panels the same size in px and keeps them apart", () => {
  const { panels, size } = panelGrid({
    count: 5,
    columns: 3,
    width: 672,
    panelHeight: 140,
    titles: ["a", "b", "c", "d", "e"],
    top: 20,
    left: 52,
    betweenColumns: 44,
    betweenRows: 26,
    bottom: 38,
  });
  const area = {
    width: size.width - size.margin.l - size.margin.r,
    height: size.height - size.margin.t - size.margin.b,
  };
  const near = (got: number, wanted: number) => assert.ok(Math.abs(got - wanted) < 1e-9, `${got} is not ${wanted}`);
  for (const panel of panels) {
    near((panel.xDomain[1] - panel.xDomain[0]) * area.width, (area.width - 2 * 44) / 3);
    near((panel.yDomain[1] - panel.yDomain[0]) * area.height, 140);
  }
  near((panels[1].xDomain[0] - panels[0].xDomain[1]) * area.width, 44);
  near(panels[3].yDomain[0], 0);
  near(panels[0].yDomain[1], 1);
  assert.deepEqual(panels.map((panel) => panel.x), ["x", "x2", "x3", "x4", "x5"]);
  assert.deepEqual(panels.map((panel) => panel.leftmost), [true, false, false, true, false]);
  assert.deepEqual(panels.map((panel) => panel.lowest), [false, false, true, true, true]);
});

Deno.test("panelGrid refuses panels too narrow to read", () => {
  const options = {
    count: 6,
    width: 336,
    panelHeight: 140,
    top: 0,
    left: 52,
    betweenColumns: 44,
    betweenRows: 9,
    bottom: 9,
  };
  assert.throws(() => panelGrid({ ...options, columns: 6 }), /6 panels beside each other in 336 px.*wanted 60/);
});

Deno.test("topLegend takes more room when its labels need more rows", () => {
  const labels = ["DLRM", "DCN v2", "AutoInt+", "DHEN", "DHEN without convolution"];
  assert.equal(topLegend([], 336, 52).height, 0);
  assert.ok(topLegend(labels, 336, 52).height > topLegend(labels, 672, 52).height);
  assert.ok(topLegend(labels, 672, 52).height > topLegend(labels.slice(0, 4), 672, 52).height);
});

Deno.test("the colours of the first six series stay apart for protanopes, deuteranopes and tritanopes", () => {
  // Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB; distance in CIE Lab.
  const simulations = [
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
  ];
  const colors = Array.from({ length: 6 }, (_, k) => linearRgb(seriesStyle(k).color));
  for (const simulation of simulations) {
    const seen = colors.map((rgb) => lab(simulation.map((row) => row.reduce((sum, w, k) => sum + w * rgb[k], 0))));
    for (let a = 0; a < seen.length; a++) {
      for (let b = 0; b < a; b++) {
        const distance = Math.hypot(...seen[a].map((value, k) => value - seen[b][k]));
        assert.ok(distance > 10, `series ${a} and ${b} are ${distance} apart`);
      }
    }
  }
});

function linearRgb(hex: string): number[] {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
}

function lab(rgb: number[]): number[] {
  const [r, g, b] = rgb.map((c) => Math.min(1, Math.max(0, c)));
  const [x, y, z] = [
    (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047,
    0.2126729 * r + 0.7151522 * g + 0.072175 * b,
    (0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883,
  ].map((t) => t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
