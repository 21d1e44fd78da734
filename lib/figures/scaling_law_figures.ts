import type { DataForecast } from "../experiments/scaling_study/data_forecast.ts";
import type { ResourceLaw } from "../experiments/scaling_study/law_table.ts";
import { select, type StudyReadings } from "../experiments/scaling_study/readings.ts";
import type { RealLogPoint } from "../experiments/scaling_study/real_logs.ts";
import { fitInterval, reducibleShare } from "../scaling/mod.ts";
import type { Figure } from "./figure.ts";
import { intervalPlot, type IntervalRow } from "./interval_plot.ts";
import { type ResourcePanel, resourcePanels, type ResourceSeries } from "./resource_panels.ts";
import { ink, palette } from "./theme.ts";
import { shortNumber } from "./tidy_ticks.ts";

/** What a law that was fitted to a quarter of the data says of the rest, and what came. */
export function forecastPlot({ law, fittedTo, points, bayesNe }: DataForecast): Figure {
  const [blue, orange] = palette;
  const seen = points.filter(({ observed }) => Number.isFinite(observed));
  const used = seen.filter(({ examples }) => examples <= fittedTo);
  const asked = seen.filter(({ examples }) => examples > fittedTo);
  const observed = (label: string, own: DataForecast["points"], color: string): ResourceSeries => ({
    label,
    color,
    draw: "points",
    x: own.map(({ examples }) => examples),
    y: own.map((point) => point.observed),
  });
  const floor = fitInterval(law, ({ best }) => best.gamma);
  return resourcePanels({
    name: "data_forecast",
    caption:
      `NE of the base model against training examples. The law is fitted up to ${shortNumber(fittedTo)} examples ` +
      `(all seeds) and drawn to ten times the examples of the study; its band is the 95 % interval over seeds. Points are ` +
      `means over seeds. The law's floor is ${floor.value.toFixed(4)} [${floor.low.toFixed(4)}, ${
        floor.high.toFixed(4)
      }]; no model can fall below the Bayes optimum.`,
    xTitle: "Training examples D",
    yTitle: "Normalized entropy (NE)",
    panelHeight: 220,
    width: "double",
    panels: [{
      reference: { y: bayesNe, label: "Bayes optimum" },
      series: [
        {
          label: "power law plus constant",
          color: ink,
          draw: "line",
          x: points.map(({ examples }) => examples),
          y: points.map(({ forecast }) => forecast),
          lo: points.map(({ low }) => low),
          hi: points.map(({ high }) => high),
        },
        observed("fitted", used, blue),
        ...(asked.length > 0 ? [observed("not seen by the fit", asked, orange)] : []),
      ],
    }],
  });
}

/** Plot 6: how far NE is from the floor of each law at the largest resource, and from the Bayes optimum. */
export function floorDistances(laws: readonly ResourceLaw[], { readings, examples }: StudyReadings): Figure {
  const known = laws.filter(({ fit }) => fit.status !== "not identified");
  const optimum = select(readings, { stream: "main", examples })[0].bayesNe;
  const rows = known.flatMap((law): IntervalRow[] => {
    const { value, low, high } = fitInterval(law, (fit) => 100 * reducibleShare(fit, law.largest));
    const last = law.fit.predict([law.largest]);
    const above = 100 * (1 - optimum / last);
    return [
      {
        label: law.resource,
        series: "floor of the law",
        value,
        low: Math.min(low, value),
        high: Math.max(high, value),
      },
      { label: law.resource, series: "Bayes optimum", value: above, low: above, high: above },
    ];
  });
  const left = laws.filter(({ fit }) => fit.status === "not identified").map(({ resource }) => resource);
  return intervalPlot({
    name: "floor_distances",
    caption:
      "How much of NE at the largest resource lies above the floor that the resource's law has (95 % over seeds), and " +
      `above the known optimum. A resource whose floor is near has saturated: what is left above the optimum it cannot buy.${
        left.length > 0 ? ` Not identified, and so without a floor: ${left.join(", ")}.` : ""
      }`,
    xTitle: "Share of NE above the floor (%)",
    rows: rows.length > 0 ? rows : [{ label: "no law is identified", value: 0, low: 0, high: 0 }],
  });
}

/** Learning curves of real logs, with the error that the labels of their test parts alone leave. */
export function realLogPlot(points: readonly RealLogPoint[]): Figure {
  const logs = [...new Set(points.map(({ log }) => log))];
  return resourcePanels({
    name: "real_logs",
    caption:
      "NE of the last fifth of each log against the examples learned from, mean over seeds; bands are 1.96 standard " +
      "errors by the labels of that fifth, whose clicks and examples the titles give. Time order: what is learned " +
      "late is also nearer to the test.",
    xTitle: "Training examples D",
    yTitle: "NE of the last fifth",
    sharedY: false,
    panels: logs.map((log): ResourcePanel => {
      const own = points.filter((point) => point.log === log);
      const { testExamples, testClicks } = own[0];
      return {
        title: `${log}: ${testClicks.toLocaleString("en")} of ${testExamples.toLocaleString("en")} clicked`,
        key: "none",
        reference: { y: 1, label: "always the click rate" },
        series: [{
          label: "base model",
          color: palette[0],
          x: own.map(({ examples }) => examples),
          y: own.map(({ ne }) => ne),
          lo: own.map(({ ne, labelError }) => ne - 1.96 * labelError),
          hi: own.map(({ ne, labelError }) => ne + 1.96 * labelError),
        }],
      };
    }),
  });
}
