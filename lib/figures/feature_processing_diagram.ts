import type { Schema } from "../data/schema.ts";
import { featureProcessing, type FeatureProcessingConfig } from "../models/mod.ts";
import { plural } from "./dhen_parts.ts";
import { arrow, box, diagramFigure, diagramFont, emptyDiagram, lineHeight, text } from "./diagram.ts";
import type { Figure } from "./figure.ts";
import { textWidth, widestText } from "./text_width.ts";
import { palette, translucent } from "./theme.ts";

/** Fields that are drawn; of more, the first four and the last. */
const MOST_FIELDS = 5;

const colored = (color: string) => ({ fill: translucent(color, 0.14), line: color });

/**
 * The feature-processing layer as figure 3 of the paper draws it (Zhang et al. 2022, arXiv 2203.11014): an MLP for the
 * numeric columns and a lookup table for each categorical field, each giving one embedding of a common row. Of more than
 * five fields the first four and the last are drawn; all are in the table.
 *
 * @param config of any model with a bottom MLP: a DHEN, AdvancedDLRM, Wukong
 *
 * @example
 * ```ts
 * import { featureProcessingDiagram } from "recscale/figures";
 * import assert from "node:assert/strict";
 *
 * const schema = { name: "two", fields: [{ name: "shop", cardinality: 10 }], dense: ["x"], time: "fileOrder" } as const;
 * const { table } = featureProcessingDiagram({ dim: 8, bottom: [16] }, schema);
 * assert.deepEqual(table.map((row) => row.token), ["z", "shop"]);
 * ```
 */
export function featureProcessingDiagram(config: FeatureProcessingConfig, schema: Schema): Figure {
  const { tokens, embedding: { fieldRows, dim } } = featureProcessing(config, schema);
  const numeric = schema.dense.length;
  const fields = schema.fields.map(({ name }, f) => ({ name, rows: fieldRows[f], f: f + 1 }));
  const shown = fields.length <= MOST_FIELDS ? fields : [...fields.slice(0, MOST_FIELDS - 1), fields.at(-1)!];
  const skipped = fields.length > shown.length;

  const widths = [numeric, ...config.bottom, dim].join("–");
  const labels = shown.map(({ name, rows }) => [short(name), `${rows.toLocaleString("en")} × ${dim}`]);
  const mlpWidth = Math.max(92, textWidth(`MLP__`, diagramFont), textWidth(widths, diagramFont) + 14);
  const tableWidth = Math.max(64, widestText(labels.flat(), diagramFont) + 12);
  const gap = 12, left = 10, ellipsis = skipped ? 22 : 0;

  const inputs = [
    ...(numeric > 0
      ? [{ width: mlpWidth, kind: "mlp" as const, label: ["MLP", widths], below: "numerical values" }]
      : []),
    ...shown.map(({ name }, i) => ({
      width: tableWidth,
      kind: "lookup" as const,
      label: ["Lookup", labels[i][1]],
      below: short(name),
    })),
  ];
  const below = 10 + 2 * lineHeight + 4, boxAt = below + 22, boxHeight = 2 * lineHeight + 12;
  const rowAt = boxAt + boxHeight + 24, rowHeight = 26;
  const said = rowAt + rowHeight + 8 + lineHeight / 2;

  const drawn = emptyDiagram();
  let x = left;
  inputs.forEach(({ width, kind, label, below: name }, i) => {
    const last = i === inputs.length - 1;
    if (last && skipped) {
      for (const y of [below - lineHeight / 2, boxAt + boxHeight / 2, rowAt + rowHeight / 2]) {
        text(drawn, [x - gap / 2 + ellipsis / 2, y], "⋯");
      }
      x += ellipsis;
    }
    const middle = x + width / 2, style = colored(palette[kind === "mlp" ? 0 : 4]);
    text(drawn, [middle, below - lineHeight / 2], name);
    arrow(drawn, [[middle, below + 2], [middle, boxAt]]);
    box(drawn, { x, y: boxAt, width, height: boxHeight }, label, style);
    arrow(drawn, [[middle, boxAt + boxHeight], [middle, rowAt]]);
    const token = kind === "mlp" ? "z" : `e<sub>${shown[i - (numeric > 0 ? 1 : 0)].f}</sub>`;
    box(drawn, { x, y: rowAt, width, height: rowHeight }, [token], style);
    x += width + gap;
  });
  const right = x - gap;
  const firstField = left + (numeric > 0 ? mlpWidth + gap : 0);
  text(drawn, [(firstField + right) / 2, 10 + lineHeight / 2], `<b>${plural(fields.length, "categorical field")}</b>`);
  if (numeric > 0) text(drawn, [left + mlpWidth / 2, 10 + lineHeight / 2], `<b>${plural(numeric, "column")}</b>`);
  text(drawn, [(left + right) / 2, said], `<b>X<sub>0</sub></b>: ${plural(tokens, "token")} of width ${dim}`);

  return diagramFigure(drawn, { width: right + 10, height: said + lineHeight / 2 + 10 }, {
    name: "feature_processing",
    caption: `The feature-processing layer: ${numeric > 0 ? `an MLP for ${plural(numeric, "numeric column")}, ` : ""}` +
      `a lookup for each of ${plural(fields.length, "field")}. After figure 3 of Zhang et al. (2022).`,
    table: [
      ...(numeric > 0 ? [{ token: "z", source: "MLP", inputs: numeric, width: dim }] : []),
      ...fields.map(({ name, rows }) => ({ token: name, source: "lookup", inputs: rows, width: dim })),
    ],
  });
}

/** A field's name, cut where it is long. */
const short = (name: string) => name.length > 12 ? `${name.slice(0, 11)}…` : name;
