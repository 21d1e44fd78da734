import type { Schema } from "../data/schema.ts";
import type { DhenConfigInput } from "../models/mod.ts";
import {
  dhenPlan,
  ensembleName,
  layerRow,
  moduleName,
  moduleSizes,
  moduleStyle,
  neutralStyle,
  normLines,
  plural,
} from "./dhen_parts.ts";
import { arrow, boldWidth, box, diagramFigure, diagramFont, emptyDiagram, lineHeight, text } from "./diagram.ts";
import type { Figure } from "./figure.ts";
import { widestText } from "./text_width.ts";
import { faintInk } from "./theme.ts";

/**
 * One layer of a DHEN as figure 1 of the paper draws it (Zhang et al. 2022, arXiv 2203.11014): interaction modules side by
 * side, the ensemble, Add & Norm with the shortcut past the modules, and the raw numeric columns, dashed, where a module
 * takes them. Sizes are those of the config.
 *
 * @param layer which layer, from 0
 * @throws {RangeError} when there is no such layer
 *
 * @example
 * ```ts
 * import { dhenLayerDiagram } from "recscale/figures";
 * import assert from "node:assert/strict";
 *
 * const schema = { name: "two", fields: [{ name: "a", cardinality: 10 }], dense: ["x"], time: "fileOrder" } as const;
 * const figure = dhenLayerDiagram({
 *   kind: "dhen",
 *   dim: 8,
 *   bottom: [16],
 *   layers: [{ repeat: 2, modules: [{ kind: "advancedDlrm", hidden: [64] }, { kind: "linear" }] }],
 *   overarch: [32],
 * }, schema);
 * assert.equal(figure.table[0].modules, "advancedDlrm + linear");
 * ```
 */
export function dhenLayerDiagram(config: DhenConfigInput, schema: Schema, layer = 0): Figure {
  const { config: { dim: d }, stack } = dhenPlan(config, schema);
  const place = stack[layer];
  if (!place) {
    throw new RangeError(`Cannot draw layer ${layer} of a DHEN with ${plural(stack.length, "layer")}, counted from 0.`);
  }
  const { config: own, m, layer: { tokens: l } } = place;
  const modules = own.modules;
  const raw = modules.some((module) => module.dense);

  const labels = modules.map((module) => [
    moduleName(module),
    moduleSizes(module),
    `${plural(module.tokens ?? m, "token")}`,
  ]);
  const said = l === m ? ["shortcut"] : ["shortcut", `W: ${m} × ${l}`],
    columns = ["raw columns", `(${schema.dense.length})`];
  const boxWidth = Math.max(76, boldWidth(labels.map(([name]) => name)), widestText(labels.flat(), diagramFont)) + 10;
  const boxHeight = 3 * lineHeight + 12, gap = 6;
  const side = 36 + widestText(said, diagramFont), rawWidth = widestText(columns, diagramFont) + 10;
  const boxes = modules.length * boxWidth + (modules.length - 1) * gap;
  const inner = Math.max(boxes, 150), left = side + (inner - boxes) / 2; // 150: what the bars say
  const width = side + inner + (raw ? rawWidth + 20 : 12), center = side + inner / 2;

  // from bottom to top: input, raw columns' line, modules, ensemble, Add & Norm, output
  const barHeight = 24, input = 10, channel = raw ? 30 : 18;
  const modulesAt = input + barHeight + channel + 14;
  const ensembleAt = modulesAt + boxHeight + 20;
  const norm = normLines(own), normHeight = norm.length * lineHeight + 10;
  const normAt = ensembleAt + barHeight + 16;
  const output = normAt + normHeight + 18;
  const height = output + barHeight + 10;

  const drawn = emptyDiagram();
  const bar = (y: number, barLines: readonly string[], tall = barHeight) =>
    box(drawn, { x: side, y, width: inner, height: tall }, barLines, neutralStyle);
  const tokensBar = (y: number, n: number, count: number) => {
    bar(y, []);
    text(drawn, [center, y + barHeight / 2], `<b>X<sub>${n}</sub></b>: ${plural(count, "token")} of width ${d}`);
  };

  tokensBar(input, layer, m);
  modules.forEach((module, i) => {
    const x = left + i * (boxWidth + gap), middle = x + boxWidth / 2;
    arrow(drawn, [[middle, input + barHeight], [middle, modulesAt]]);
    box(drawn, { x, y: modulesAt, width: boxWidth, height: boxHeight }, labels[i], moduleStyle(module));
    arrow(drawn, [[middle, modulesAt + boxHeight], [middle, ensembleAt]]);
  });
  bar(ensembleAt, []);
  text(drawn, [center, ensembleAt + barHeight / 2], `<b>Ensemble</b>: ${ensembleName(own).toLowerCase()}`);
  arrow(drawn, [[center, ensembleAt + barHeight], [center, normAt]]);
  bar(normAt, norm, normHeight);
  arrow(drawn, [[center, normAt + normHeight], [center, output]]);
  tokensBar(output, layer + 1, l);

  const turn = side - 22, addAt = normAt + normHeight / 2;
  arrow(drawn, [[side, input + barHeight / 2], [turn, input + barHeight / 2], [turn, addAt], [side, addAt]]);
  text(drawn, [turn - 6, modulesAt + boxHeight / 2], said.join("<br>"), { xanchor: "right" });

  if (raw) {
    const at = { x: side + inner + 12, y: modulesAt + boxHeight / 2 - 20, width: rawWidth, height: 40 };
    box(drawn, at, [], { dash: "4px,3px", line: faintInk });
    text(drawn, [at.x + at.width / 2, at.y + at.height / 2], columns.join("<br>"), { color: faintInk });
    const line = input + barHeight + 14, style = { dash: "4px,3px", color: faintInk };
    const takers = modules.flatMap((module, i) => module.dense ? [left + i * (boxWidth + gap) + 0.75 * boxWidth] : []);
    const from = at.x + at.width / 2;
    arrow(drawn, [[from, at.y], [from, line], [takers[0], line]], { ...style, head: false });
    for (const x of takers) arrow(drawn, [[x, line], [x, modulesAt]], style);
  }
  return diagramFigure(drawn, { width, height }, {
    name: `dhen_layer_${layer}`,
    caption: `Layer ${layer + 1} of ${stack.length} of a DHEN: ${modules.map(moduleName).join(", ")} side by side, ` +
      `${ensembleName(own).toLowerCase()}, ${norm.join(" ").toLowerCase()}. After figure 1 of Zhang et al. (2022).`,
    table: [layerRow(place, d)],
  });
}
