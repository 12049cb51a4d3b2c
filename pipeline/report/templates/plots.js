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

// The legend has marks of its own, since it would show a trace's first mark, hollow or in one topic's colour.
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

PLOTS.map = (node) => {
  const byTopic = document.querySelector('input[name="colour"]:checked').value === "topic";
  const traces = report.languages.map((language, index) => documentTrace(language, index, byTopic));
  traces.push(...keys(byTopic && style("--soft")));
  const places = report.topics.map((topic) => topic.position);
  const short = isNarrow() || report.topics.length > 60;
  traces.push({
    type: "scatter",
    mode: "text",
    x: places.map((place) => place[0]),
    y: places.map((place) => place[1]),
    text: places.map((_, number) => (short ? `<b>${number}</b>` : `<b>${number}</b> ${plotText(topicWords(number, pivot, report.topics.length > 20 ? 1 : 2))}`)),
    hovertext: places.map((_, number) => `topic ${number}: ${plotText(topicWords(number, pivot, 4))}`),
    hovertemplate: "%{hovertext}<extra></extra>",
    textfont: { family: fontOf(pivot), size: 13, color: style("--ink"), shadow: halo() },
    showlegend: false,
  });
  const bare = { visible: false, range: [-1.08, 1.08] };
  if (!node.dataset.listens) {
    node.dataset.listens = "yes";
    queueMicrotask(() => node.on("plotly_click", (event) => {
      const place = event.points[0].customdata;
      if (place !== undefined) openDocument(place, true);
    }));
  }
  return { traces, plan: { xaxis: bare, yaxis: bare, hovermode: "closest" } };
};

function halo() {
  const paper = style("--paper");
  return [[1, 1], [-1, 1], [1, -1], [-1, -1], [2, 0], [-2, 0], [0, 2], [0, -2]].map(([x, y]) => `${x}px ${y}px 1px ${paper}`).join(", ");
}

function documentTrace(language, index, byTopic) {
  const mine = report.documents.map((item, place) => ({ item, place })).filter(({ item }) => item.lang === index);
  const colours = mine.map(({ item }) => report.topics[item.topics[0][0]].colour);
  return {
    type: "scatter",
    mode: "markers",
    ...keyed(language),
    x: mine.map(({ item }) => item.position[0]),
    y: mine.map(({ item }) => item.position[1]),
    customdata: mine.map(({ place }) => place),
    text: mine.map(({ item }) => hover(item, language.code)),
    hovertemplate: "%{text}<extra></extra>",
    hoverlabel: { font: { family: fontOf(language.code) } },
    marker: { symbol: language.symbol, size: isNarrow() ? 4 : 6, opacity: isDark() ? 0.8 : 0.62, color: byTopic ? colours : language.colour, line: { width: 0 } },
  };
}

function hover(item, code) {
  const [number, share] = item.topics[0];
  return `${wrapped(item.text).map(plotText).join("<br>")}<br><b>topic ${number}</b> ${plotText(topicWords(number, code))} ${percent(share)}`;
}

// At most three lines of a text. East Asian characters are twice as wide as others, and a line may end after each.
function wrapped(text, width = 54, most = 3) {
  const lines = [""];
  let filled = 0;
  for (const piece of text.match(/[\u2e80-\u{10ffff}]|[^\s\u2e80-\u{10ffff}]{1,54}\s*|\s+/gu) || []) {
    const cells = piece.length * (piece >= "\u2e80" ? 2 : 1);
    if (filled && filled + cells > width) {
      if (lines.length === most) return [...lines.slice(0, -1), `${lines.at(-1).trimEnd()}…`];
      lines.push("");
      filled = 0;
    }
    lines[lines.length - 1] += piece;
    filled += cells;
  }
  return lines;
}
