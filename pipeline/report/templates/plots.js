// Drawing with plotly: a plot is drawn when it comes near the window, and again when the colours change.
const PLOTS = {};
const FONTS = { zh: "--zh", ja: "--ja", ko: "--ko" };
const OPTIONS = { displaylogo: false, responsive: true, modeBarButtonsToRemove: ["select2d", "lasso2d", "toImage", "sendChartToCloud", "sendDataToCloud"] };
const isNarrow = () => innerWidth < 640;
const fontOf = (code) => style(FONTS[code] || "--sans");

function layout(extra = {}) {
  const axis = { gridcolor: style("--grid"), zerolinecolor: style("--grid"), linecolor: style("--rule"), automargin: true };
  const base = {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: style("--sans"), size: 13, color: style("--ink") },
    margin: { l: 8, r: 8, t: 8, b: 8 },
    hoverlabel: { bgcolor: style("--raised"), bordercolor: style("--rule"), font: { color: style("--ink") }, align: "left" },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", xanchor: "left" },
    modebar: { color: style("--soft"), activecolor: style("--ink"), bgcolor: "rgba(0,0,0,0)" },
    dragmode: isNarrow() ? false : "zoom",
  };
  return { ...base, ...extra, xaxis: { ...axis, ...extra.xaxis }, yaxis: { ...axis, ...extra.yaxis } };
}

function draw(node) {
  const { traces, plan } = PLOTS[node.dataset.plot](node);
  Plotly.react(node, traces, layout(plan), { ...OPTIONS, displayModeBar: node.dataset.plot === "map" && !isNarrow() });
  node.dataset.drawn = "yes";
}

function redrawPlots(name) {
  document.querySelectorAll(`.plot[data-drawn]${name ? `[data-plot="${name}"]` : ""}`).forEach(draw);
}

function startPlots() {
  const near = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting && !entry.target.dataset.drawn).forEach((entry) => draw(entry.target)),
    { rootMargin: "300px" },
  );
  document.querySelectorAll(".plot").forEach((node) => near.observe(node));
  redraws.push(() => redrawPlots());
  addEventListener("beforeprint", () => document.querySelectorAll(".plot:not([data-drawn])").forEach(draw));
}

// The legend has its own marks; otherwise it would show the first mark of a trace, hollow or in the colour of one topic.
function keys(colour) {
  return report.languages.map((language) => ({
    type: "scatter",
    mode: "markers",
    name: language.name,
    legendgroup: language.code,
    x: [null],
    y: [null],
    marker: { symbol: language.symbol, size: 8, color: colour || language.colour },
  }));
}

function keyed(language) {
  return { name: language.name, legendgroup: language.code, showlegend: false };
}
