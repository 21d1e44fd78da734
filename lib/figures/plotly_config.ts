/**
 * How interactive figures behave, in notebooks and in exported HTML: Plotly's toolbar without what would cover the legend of a
 * narrow figure, and above all without its button "Share chart", which sends the figure's data to Plotly's own servers.
 * Reference: https://plotly.com/javascript/configuration-options/
 */
export const plotlyConfig = {
  showSendToCloud: false,
  displaylogo: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"],
} as const;
