import type { Annotation, Layout } from "./plotly_spec.ts";
import { font, fontSizes } from "./theme.ts";

/** Room in px around and between panels. */
export interface PanelGridOptions {
  readonly count: number;
  readonly columns: number;
  /** Of the whole figure. */
  readonly width: number;
  /** Of one panel's plotting area. */
  readonly panelHeight: number;
  /** Titles above the panels; room is kept when there is any. */
  readonly titles?: readonly (string | undefined)[];
  /** Kept free at the top, for a legend. */
  readonly top: number;
  /** Left of the first column (tick labels and axis title), and between columns (tick labels). */
  readonly left: number;
  readonly betweenColumns: number;
  /** Below each row (tick labels), and below the last (axis title). */
  readonly betweenRows: number;
  readonly bottom: number;
}

/** Where one panel is. */
export interface Panel {
  /** `"x"`, `"x2"`, ...: for traces and annotations. */
  readonly x: string;
  readonly y: string;
  /** `"xaxis"`, `"xaxis2"`, ...: for the layout. */
  readonly xaxis: `xaxis${number}`;
  readonly yaxis: `yaxis${number}`;
  /** Fractions of the plotting area. */
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
  /** In the first column: carries the y title. */
  readonly leftmost: boolean;
  /** The last of its column: carries the x title. */
  readonly lowest: boolean;
  /** Size of the plotting area in px. */
  readonly width: number;
  readonly height: number;
}

/** Small multiples laid out in px, so that panels keep their size whatever the legend and the titles need. */
export interface PanelGrid {
  readonly panels: readonly Panel[];
  readonly titles: readonly Annotation[];
  readonly size: Pick<Layout, "width" | "height"> & { readonly margin: NonNullable<Layout["margin"]> };
}

const right = 10;

/** Lays out `count` panels row by row. */
export function panelGrid(options: PanelGridOptions): PanelGrid {
  const { count, width, panelHeight, left, betweenColumns, betweenRows, bottom } = options;
  const columns = Math.min(options.columns, count);
  const rows = Math.ceil(count / columns);
  const titleHeight = options.titles?.some((title) => title) ? 18 : 0;
  const areaWidth = width - left - right;
  const panelWidth = (areaWidth - (columns - 1) * betweenColumns) / columns;
  if (panelWidth < 60) {
    throw new RangeError(
      `Cannot put ${columns} panels beside each other in ${width} px: each would be ${
        Math.floor(panelWidth)
      } px wide, ` +
        `wanted 60 at least. Use fewer columns or a wider figure.`,
    );
  }
  const pitch = panelHeight + betweenRows + titleHeight;
  const areaHeight = rows * pitch - betweenRows - titleHeight;
  const top = options.top + titleHeight + 6;

  const panels = Array.from({ length: count }, (_, k): Panel => {
    const column = k % columns, row = Math.floor(k / columns);
    const x0 = column * (panelWidth + betweenColumns);
    const y1 = areaHeight - row * pitch;
    const suffix = (k === 0 ? "" : String(k + 1)) as `${number}`;
    return {
      x: `x${suffix}`,
      y: `y${suffix}`,
      xaxis: `xaxis${suffix}`,
      yaxis: `yaxis${suffix}`,
      xDomain: [x0 / areaWidth, (x0 + panelWidth) / areaWidth],
      yDomain: [(y1 - panelHeight) / areaHeight, y1 / areaHeight],
      leftmost: column === 0,
      lowest: k + columns >= count,
      width: panelWidth,
      height: panelHeight,
    };
  });
  return {
    panels,
    titles: panels.flatMap((panel, k) => {
      const text = options.titles?.[k];
      return text ? [panelTitle(text, panel)] : [];
    }),
    size: {
      width,
      height: top + areaHeight + bottom,
      margin: { l: left, r: right, t: top, b: bottom, pad: 0, autoexpand: false },
    },
  };
}

function panelTitle(text: string, panel: Panel): Annotation {
  return {
    text,
    x: 0,
    y: 1,
    xref: `${panel.x} domain`,
    yref: `${panel.y} domain`,
    xanchor: "left",
    yanchor: "bottom",
    showarrow: false,
    font: { ...font(fontSizes.title), weight: 600 },
  };
}
