import { mean } from "simple-statistics";
import { describeScheme } from "../experiments/scaling_study/law_claims.ts";
import { readAt } from "../experiments/scaling_study/law_observations.ts";
import {
  type Reading,
  type ReadingFilter,
  scaledParameters,
  select,
  type StudyReadings,
  trainingFlops,
} from "../experiments/scaling_study/readings.ts";
import { BASE, isBase, type Scheme, SCHEMES } from "../experiments/scaling_study/schemes.ts";
import type { StreamName } from "../experiments/scaling_study/streams.ts";
import type { Figure } from "./figure.ts";
import { type ResourcePanel, resourcePanels, type ResourceSeries } from "./resource_panels.ts";
import { sequentialColors } from "./sequential_colors.ts";
import { ink, palette, seriesStyle } from "./theme.ts";
import { shortNumber } from "./tidy_ticks.ts";

const NE = "Normalized entropy (NE)";

const PANEL_TITLES: Readonly<Record<Scheme, string>> = {
  vertical: "More embedding rows",
  horizontal: "Wider embeddings",
  overarch: "Wider overarch",
  allMlp: "Wider MLPs",
};

/** What the sizes of a scheme are called in a key. */
const SIZE_TITLES: Readonly<Record<Scheme, string>> = {
  vertical: "most rows",
  horizontal: "width d",
  overarch: "first layer",
  allMlp: "first layer",
};

/** The sizes of a scheme that were trained on the main stream, ascending. */
function sizes(all: readonly Reading[], scheme: Scheme): number[] {
  const own = select(all, { stream: "main" }).filter(({ model }) =>
    model.scheme === scheme && !model.unhashed && !isBase(model)
  );
  const base = { vertical: BASE.size, horizontal: 8, overarch: 64, allMlp: 64 }[scheme];
  return [...new Set([...own.map(({ model }) => model.size), base])].sort((a, b) => a - b);
}

/** Seeds with which all models of the main stream were trained: only those are compared. */
function pairedSeeds(all: readonly Reading[]): Set<number> {
  const others = select(all, { stream: "main" }).filter(({ model }) => !isBase(model));
  return new Set(others.map(({ seed }) => seed));
}

function paired(all: readonly Reading[], filter: ReadingFilter): Reading[] {
  const seeds = pairedSeeds(all);
  return select(all, filter).filter(({ seed }) => seeds.has(seed));
}

/** Mean and range of NE over seeds. */
function over(own: readonly Reading[]): { y: number; lo: number; hi: number } {
  const ne = own.map((reading) => reading.ne);
  return { y: mean(ne), lo: Math.min(...ne), hi: Math.max(...ne) };
}

function columns(points: readonly { x: number; y: number; lo: number; hi: number }[]) {
  const of = (key: "x" | "y" | "lo" | "hi") => points.map((point) => point[key]);
  return { x: of("x"), y: of("y"), lo: of("lo"), hi: of("hi") };
}

/**
 * The part of the NE axis for curves of all sizes, with room for a key above them. The smallest model of a scheme may still be on its
 * plateau at the fewest examples: it is left to run out of the panel, so that the others can be told apart.
 */
function neRange(all: readonly Reading[], fewest: number): [number, number] {
  const low = optimum(all).y;
  const high = Math.max(...SCHEMES.map((scheme) => {
    const second = sizes(all, scheme)[1];
    return over(paired(all, { stream: "main", model: { scheme, size: second }, examples: fewest })).y;
  }));
  const span = high - low;
  return [low - 0.2 * span, high + 0.8 * span];
}

/** Two digits are enough to tell doublings apart. */
const roughly = (count: number) => shortNumber(Number(count.toPrecision(2)));

/** The optimum of the main stream as a reference line. */
function optimum(all: readonly Reading[]) {
  return { y: select(all, { stream: "main" })[0].bayesNe, label: "Bayes optimum" };
}

/**
 * Plot 1: NE against training examples, a panel for each way to add parameters, a line for each size.
 */
export function dataScaling({ readings: all, examples }: StudyReadings): Figure {
  const counts = readAt(all, examples);
  return resourcePanels({
    name: "data_scaling",
    caption:
      "NE against training examples, for each way to add parameters to the base model (d = 8, all rows, overarch 64). " +
      "Lines are means over seeds, bands their range.",
    xTitle: "Training examples D",
    yTitle: NE,
    yRange: neRange(all, counts[0]),
    panelHeight: 230,
    panels: SCHEMES.map((scheme): ResourcePanel => {
      const own = sizes(all, scheme);
      const colors = sequentialColors(own.length);
      return {
        title: PANEL_TITLES[scheme],
        keyTitle: SIZE_TITLES[scheme],
        reference: optimum(all),
        series: own.map((size, i): ResourceSeries => ({
          label: shortNumber(size),
          color: colors[i],
          ...columns(
            counts.map((count) => ({
              x: count,
              ...over(paired(all, { stream: "main", model: { scheme, size }, examples: count })),
            })),
          ),
        })),
      };
    }),
  });
}

/** Plot 2: NE against the parameters that a scheme scales, a panel for each scheme, a line for each number of examples. */
export function parameterScaling({ readings: all, examples }: StudyReadings): Figure {
  const counts = readAt(all, examples).filter((_, i, own) => (own.length - 1 - i) % 2 === 0);
  const colors = sequentialColors(counts.length);
  return resourcePanels({
    name: "parameter_scaling",
    caption:
      "NE against the parameters that each scheme scales, after different numbers of training examples. Lines are " +
      "means over seeds, bands their range.",
    xTitle: "Parameters",
    yTitle: NE,
    yRange: neRange(all, counts[0]),
    panelHeight: 190,
    panels: SCHEMES.map((scheme): ResourcePanel => ({
      title: PANEL_TITLES[scheme],
      xTitle: scheme === "vertical" || scheme === "horizontal" ? "Embedding parameters" : "MLP parameters",
      keyTitle: "examples",
      reference: optimum(all),
      series: counts.map((count, i): ResourceSeries => ({
        label: roughly(count),
        color: colors[i],
        ...columns(
          sizes(all, scheme).map((size) => {
            const own = paired(all, { stream: "main", model: { scheme, size }, examples: count });
            return { x: scaledParameters(own[0].cost, scheme), ...over(own) };
          }),
        ),
      })),
    })),
  });
}

/** Plot 3: NE against training FLOPs of all models after all numbers of examples, and their lower envelope. */
export function computeScaling({ readings: all, examples }: StudyReadings): Figure {
  const counts = readAt(all, examples);
  const series = SCHEMES.map((scheme, i): ResourceSeries => {
    const { color, symbol } = seriesStyle(i);
    const points = sizes(all, scheme).filter((size) => !isBase({ scheme, size }) || scheme === "vertical").flatMap((
      size,
    ) =>
      counts.map((count) => {
        const own = paired(all, { stream: "main", model: { scheme, size }, examples: count });
        return { x: trainingFlops(own[0]) * count, ...over(own) };
      })
    );
    return {
      label: describeScheme(scheme),
      color,
      symbol,
      draw: "points",
      x: points.map(({ x }) => x),
      y: points.map(({ y }) => y),
    };
  });
  const cells = series.flatMap(({ x, y }) => [...x].map((at, k) => ({ x: Number(at), y: Number(y[k]) })))
    .sort((a, b) => a.x - b.x);
  const envelope = cells.filter(({ y }, i) => cells.slice(0, i).every((earlier) => earlier.y > y));
  return resourcePanels({
    name: "compute_scaling",
    caption:
      "NE against training compute of all models and numbers of examples, means over seeds; the line is the lower " +
      "envelope. Compute is three times the forward FLOPs of matrix products and dot products, times the examples.",
    xTitle: "Training compute C (FLOPs)",
    yTitle: NE,
    panelHeight: 240,
    width: "double",
    panels: [{
      keyTitle: "scaled",
      reference: optimum(all),
      series: [
        ...series,
        { label: "envelope", color: ink, draw: "line", x: envelope.map(({ x }) => x), y: envelope.map(({ y }) => y) },
      ],
    }],
  });
}

/**
 * Plot 4, after Figure 12 of *Sustainable AI* (arXiv 2111.00364): NE against the energy of training, on the grid of model
 * sizes (blue lines, at one number of examples) and numbers of examples (red, at one size).
 */
export function energyGrid({ readings: all, examples }: StudyReadings, joulesPerFlop: number): Figure {
  const counts = readAt(all, examples);
  const [blue, red] = palette;
  const panels = (["horizontal", "allMlp"] as const).map((scheme): ResourcePanel => {
    const own = sizes(all, scheme);
    const cell = (size: number, count: number) => {
      const readings = paired(all, { stream: "main", model: { scheme, size }, examples: count });
      return { x: trainingFlops(readings[0]) * count * joulesPerFlop, y: over(readings).y };
    };
    const line = (label: string, cells: { x: number; y: number }[], color: string, first: boolean): ResourceSeries => ({
      label,
      color,
      dash: color === red ? "4px,2px" : undefined,
      unnamed: !first,
      x: cells.map(({ x }) => x),
      y: cells.map(({ y }) => y),
    });
    return {
      title: `${PANEL_TITLES[scheme]}, more data`,
      reference: optimum(all),
      series: [
        ...counts.map((count, i) => line("size grows", own.map((size) => cell(size, count)), blue, i === 0)),
        ...own.map((size, i) => line("data grow", counts.map((count) => cell(size, count)), red, i === 0)),
      ],
    };
  });
  return resourcePanels({
    name: "energy_grid",
    caption:
      "NE against the energy of training. Blue: the model grows at one number of examples; red: the examples grow at " +
      `one size. Energy is compute at ${
        joulesPerFlop.toPrecision(2)
      } J per FLOP. Of two points at one height the left ` +
      "one reaches the same NE with less energy.",
    xTitle: "Training energy (J)",
    yTitle: NE,
    panels,
  });
}

const STREAM_LABELS: Readonly<Partial<Record<StreamName, string>>> = {
  main: "main teacher",
  second: "second teacher",
  third: "third teacher",
  allFields: "interactions among all fields",
  mainEffects: "no interactions",
  noTail: "no interactions, no tail",
};

/** Where a power law holds: the local exponent of the excess over the known optimum, stream by stream. */
export function localExponents({ readings: all, examples }: StudyReadings): Figure {
  const series = Object.entries(STREAM_LABELS).map(([stream, label], i): ResourceSeries => {
    const own = select(all, { stream: stream as StreamName, model: BASE });
    const counts = readAt(own, examples, Math.max(...own.map((reading) => reading.examples)));
    const seeds = [...new Set(own.map(({ seed }) => seed))];
    const excess = (seed: number, count: number) => {
      const found = own.find((reading) => reading.seed === seed && reading.examples === count);
      return found ? found.ne - found.bayesNe : NaN;
    };
    const points = counts.slice(1).map((count, k) => {
      const slopes = seeds.map((seed) => Math.log2(excess(seed, counts[k]) / excess(seed, count))).filter(
        Number.isFinite,
      );
      return { x: Math.sqrt(count * counts[k]), y: mean(slopes), lo: Math.min(...slopes), hi: Math.max(...slopes) };
    });
    const { color, symbol, dash } = seriesStyle(i);
    return { label: label!, color, symbol, dash, ...columns(points) };
  });
  return resourcePanels({
    name: "local_exponents",
    caption:
      "The exponent between neighbouring doublings, of NE above the known Bayes optimum: a power law is a horizontal " +
      "line. Means over seeds, bands their range.",
    xTitle: "Training examples D",
    yTitle: "Local exponent",
    panelHeight: 220,
    width: "double",
    panels: [{ series, reference: { y: 0, label: "no gain" } }],
  });
}

/** Learning curves on streams other than the main one. */
export function controlCurves({ readings: all, examples }: StudyReadings): Figure {
  const streams = Object.entries(STREAM_LABELS);
  return resourcePanels({
    name: "control_streams",
    caption:
      "NE of the base model above the known Bayes optimum against training examples, on each stream. Means over " +
      "seeds, bands their range.",
    xTitle: "Training examples D",
    yTitle: "NE above the optimum",
    yScale: "log",
    panelHeight: 220,
    width: "double",
    panels: [{
      key: "lower left",
      series: streams.map(([stream, label], i): ResourceSeries => {
        const own = select(all, { stream: stream as StreamName, model: BASE });
        const counts = readAt(own, examples, Math.max(...own.map((reading) => reading.examples)));
        const { color, symbol, dash } = seriesStyle(i);
        return {
          label: label!,
          color,
          symbol,
          dash,
          ...columns(
            counts.map((count) => {
              const at = own.filter((reading) => reading.examples === count).map(({ ne, bayesNe }) => ne - bayesNe);
              return { x: count, y: mean(at), lo: Math.min(...at), hi: Math.max(...at) };
            }),
          ),
        };
      }),
    }],
  });
}
