export { browserProblem, closeBrowser, NoBrowser } from "./browser.ts";
export {
  type CalibrationBin,
  type CalibrationCurve,
  calibrationPlot,
  type CalibrationPlotOptions,
} from "./calibration_plot.ts";
export { dhenLayerDiagram } from "./dhen_layer_diagram.ts";
export { dhenStackDiagram } from "./dhen_stack_diagram.ts";
export { type ExportedFigure, exportFigure, type FigureFormat, figureFormats } from "./export_figure.ts";
export { featureProcessingDiagram } from "./feature_processing_diagram.ts";
export { Figure, type FigureParts, jupyterDisplay, type MimeBundle } from "./figure.ts";
export { intervalPlot, type IntervalPlotOptions, type IntervalRow } from "./interval_plot.ts";
export { isoflopPlot, type IsoflopPlotOptions } from "./isoflop_plot.ts";
export {
  type LearningCurve,
  type LearningCurvePanel,
  learningCurves,
  type LearningCurvesOptions,
} from "./learning_curves.ts";
export { type Panel, type PanelGrid, panelGrid, type PanelGridOptions } from "./panel_grid.ts";
export {
  type Annotation,
  type Axis,
  type BarTrace,
  type Layout,
  plainSpec,
  type PlotlySpec,
  type PlotValue,
  type PlotValues,
  type ScatterTrace,
  type Shape,
  type Trace,
} from "./plotly_spec.ts";
export { quickstartCalibration, quickstartCurves } from "./quickstart_figures.ts";
export { renderPdf, renderPng, renderSvg } from "./render.ts";
export {
  type ResourcePanel,
  resourcePanels,
  type ResourcePanelsOptions,
  type ResourceSeries,
} from "./resource_panels.ts";
export { runCurves } from "./run_curves.ts";
export {
  computeScaling,
  controlCurves,
  dataScaling,
  energyGrid,
  localExponents,
  parameterScaling,
} from "./scaling_figures.ts";
export { scalingFitPlot, type ScalingFitPlotOptions } from "./scaling_fit_plot.ts";
export { floorDistances, forecastPlot, realLogPlot } from "./scaling_law_figures.ts";
export { sequentialColors } from "./sequential_colors.ts";
export { type TableRow, tableToCsv } from "./table_csv.ts";
export {
  columnWidths,
  faintInk,
  type FigureWidth,
  font,
  fontSizes,
  ink,
  palette,
  referenceDash,
  seriesStyle,
  themeAxis,
  themeLayout,
  translucent,
  widthInPx,
} from "./theme.ts";
export { logAxis, shortNumber, tidyLogTicks, tidyTicks } from "./tidy_ticks.ts";
export { topLegend } from "./top_legend.ts";
export { wilsonInterval } from "./wilson_interval.ts";
