import type { Schema } from "../data/schema.ts";
import type { DhenConfigInput, InteractionConfig, StackedLayer } from "../models/mod.ts";
import { dhenPlan, layerRow, moduleName, moduleStyle, neutralStyle, plural, shortModuleName } from "./dhen_parts.ts";
import { arrow, boldWidth, box, type Diagram, diagramFigure, emptyDiagram, lineHeight, text } from "./diagram.ts";
import type { Figure } from "./figure.ts";
import { columnWidths, faintInk } from "./theme.ts";

/** Layers that are drawn one by one; of more, equal neighbours are drawn once with their number. */
const MOST_DRAWN = 4;
/** Sizes in px: heights of a module and of its norm, what lies between two layers, modules and chains, margins. */
const cell = 22, norm = 16, gap = 14, between = 6, apart = 12, ellipsis = 30, pad = 8, left = 10;

/**
 * The layers of a DHEN and what they compose, as figure 2 of the paper draws it (Zhang et al. 2022, arXiv 2203.11014): on
 * the left the stack, on the right the chains into which it expands, one for each choice of a module in every layer. N
 * layers of k modules hold `k^N` compositions; where they are many, the first few and the last are drawn.
 *
 * @throws {RangeError} when the config has no layer
 *
 * @example
 * ```ts
 * import { dhenStackDiagram } from "recscale/figures";
 * import assert from "node:assert/strict";
 *
 * const schema = { name: "two", fields: [{ name: "a", cardinality: 10 }], dense: ["x"], time: "fileOrder" } as const;
 * const figure = dhenStackDiagram({
 *   kind: "dhen",
 *   dim: 8,
 *   bottom: [16],
 *   layers: [{ repeat: 3, modules: [{ kind: "advancedDlrm", hidden: [64] }, { kind: "linear" }] }],
 *   overarch: [32],
 * }, schema);
 * assert.match(figure.caption, /3 layers.*8 compositions/);
 * assert.equal(figure.table.length, 3);
 * ```
 */
export function dhenStackDiagram(config: DhenConfigInput, schema: Schema): Figure {
  const { config: { dim: d }, tokens, stack } = dhenPlan(config, schema);
  if (stack.length === 0) {
    throw new RangeError("Cannot draw the layers of a DHEN without layers: it is AdvancedDLRM.");
  }
  const runs = stack.length <= MOST_DRAWN ? stack.map((layer) => ({ layer, count: 1 })) : runsOf(stack);
  const { nameOf, chains, boxWidth, inner, chainWidth, from, width } = widths(
    stack.map(({ config }) => config.modules),
    runs.some(({ count }) => count > 1),
  );
  const layerHeight = pad + cell + 12 + norm + pad, labelHeight = lineHeight + 3;
  const stackHeight = runs.length * (layerHeight + gap) + gap + 2 * labelHeight;
  const chainHeight = stack.length * (cell + norm + gap) - gap;
  const height = Math.max(stackHeight, chainHeight + 2 * gap) + 20;
  const drawn = emptyDiagram();

  // the stack, from bottom to top
  const frame = inner + 2 * pad, middle = left + frame / 2;
  let y = (height - stackHeight) / 2 + labelHeight;
  text(drawn, [middle, y - labelHeight / 2], `X<sub>0</sub>: ${tokens} × ${d}`);
  for (const { layer: { config: own }, count } of runs) {
    arrow(drawn, [[middle, y], [middle, y + gap]]);
    y += gap;
    box(drawn, { x: left, y, width: frame, height: layerHeight }, [], { line: faintInk, dash: "4px,3px" });
    const wide = own.modules.length * (boxWidth + between) - between;
    own.modules.forEach((module, i) => {
      const at = { x: middle - wide / 2 + i * (boxWidth + between), y: y + pad, width: boxWidth, height: cell };
      box(drawn, at, [nameOf(module)], moduleStyle(module));
      arrow(drawn, [[at.x + boxWidth / 2, at.y + cell], [at.x + boxWidth / 2, at.y + cell + 12]]);
    });
    const bar = { x: left + pad, y: y + pad + cell + 12, width: inner, height: norm };
    box(drawn, bar, [], neutralStyle);
    text(drawn, [middle, bar.y + norm / 2], own.norm === "none" ? "Add" : "Add & Norm");
    if (count > 1) text(drawn, [left + frame + 6, y + layerHeight / 2], `<b>× ${count}</b>`, { xanchor: "left" });
    y += layerHeight;
  }
  arrow(drawn, [[middle, y], [middle, y + gap]]);
  const last = stack.at(-1)!.layer.tokens;
  text(drawn, [middle, y + gap + labelHeight / 2], `X<sub>${stack.length}</sub>: ${last} × ${d}`);

  // the chains it holds
  const base = (height - chainHeight) / 2;
  chains.shown.forEach((chain, c) => {
    const skipped = chains.left > 0 && c === chains.shown.length - 1 ? ellipsis : 0;
    drawChain(drawn, chain, stack, { x: from + c * (chainWidth + apart) + skipped, base, width: chainWidth });
  });
  if (chains.left > 0) {
    const x = from + (chains.shown.length - 1) * (chainWidth + apart) - apart / 2 + ellipsis / 2;
    text(drawn, [x, height / 2], "⋯");
  }
  arrow(drawn, [[from - 38, height / 2], [from - 10, height / 2]], { color: faintInk });

  return diagramFigure(drawn, { width, height }, {
    name: "dhen_stack",
    caption: `A DHEN of ${plural(stack.length, "layer")} and its ${plural(chains.count, "composition")} of modules` +
      `${chains.left > 0 ? `, ${chains.shown.length} of them drawn` : ""}. After figure 2 of Zhang et al. (2022).`,
    table: stack.map((layer) => layerRow(layer, d)),
  });
}

/** Whole names and four chains where a page is wide enough for them; else short names, and as many chains as fit. */
function widths(layers: readonly (readonly InteractionConfig[])[], counted: boolean) {
  const most = Math.max(...layers.map((modules) => modules.length));
  const tries = ([[moduleName, 4], [shortModuleName, 4], [shortModuleName, 3], [shortModuleName, 2]] as const)
    .map(([nameOf, drawable]) => {
      const chains = chosenChains(layers, drawable);
      const boxWidth = boldWidth(layers.flat().map(nameOf)) + 8;
      const inner = Math.max(96, most * (boxWidth + between) - between);
      const chainWidth = Math.max(68, boldWidth(chains.shown.flat().map(shortModuleName)) + 8);
      const from = left + inner + 2 * pad + (counted ? 68 : 46);
      const right = from + chains.shown.length * (chainWidth + apart) - apart + (chains.left > 0 ? ellipsis : 0);
      return { nameOf, chains, boxWidth, inner, chainWidth, from, width: right + left };
    });
  return tries.find(({ width }) => width <= columnWidths.double) ?? tries.at(-1)!;
}

/** Neighbours that are equal, together. */
function runsOf(stack: readonly StackedLayer[]): { layer: StackedLayer; count: number }[] {
  const runs: { layer: StackedLayer; count: number }[] = [];
  for (const layer of stack) {
    const last = runs.at(-1);
    if (last && JSON.stringify(last.layer.config) === JSON.stringify(layer.config)) last.count++;
    else runs.push({ layer, count: 1 });
  }
  return runs;
}

/** A module for every layer, in all ways or in the first `most - 1` and the last; the module of the last layer changes fastest. */
function chosenChains(layers: readonly (readonly InteractionConfig[])[], most: number) {
  const count = layers.reduce((product, modules) => product * modules.length, 1);
  const chain = (index: number): InteractionConfig[] => {
    const chosen: InteractionConfig[] = [];
    let rest = index;
    for (const modules of layers.toReversed()) {
      chosen.unshift(modules[rest % modules.length]);
      rest = Math.floor(rest / modules.length);
    }
    return chosen;
  };
  const all = count <= most;
  const indices = all ? Array.from({ length: count }, (_, i) => i) : [...Array(most - 1).keys(), count - 1];
  return { count, left: count - indices.length, shown: indices.map(chain) };
}

function drawChain(
  to: Diagram,
  chain: readonly InteractionConfig[],
  stack: readonly StackedLayer[],
  { x, base, width }: { x: number; base: number; width: number },
): void {
  const middle = x + width / 2, step = cell + norm + gap;
  arrow(to, [[middle, base - gap], [middle, base]]);
  chain.forEach((module, n) => {
    const y = base + n * step;
    box(to, { x, y, width, height: cell }, [shortModuleName(module)], moduleStyle(module));
    box(to, { x, y: y + cell, width, height: norm }, [], neutralStyle);
    text(to, [middle, y + cell + norm / 2], stack[n].config.norm === "none" ? "Add" : "Add & Norm");
    arrow(to, [[middle, y + cell + norm], [middle, y + step]]);
  });
}
