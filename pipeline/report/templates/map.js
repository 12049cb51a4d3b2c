// The map of documents and topics.
const REACH = 1.08; // the positions lie between -1 and 1
const LABEL_SIZE = 13;

PLOTS.map = (node) => {
  const byTopic = document.querySelector('input[name="colour"]:checked').value === "topic";
  const traces = report.languages.map((language, index) => documentTrace(language, index, byTopic));
  traces.push(...keys(byTopic && style("--soft")));
  traces.push(...topicTraces(node));
  const bare = { visible: false, range: [-REACH, REACH] };
  if (!node.dataset.listens) {
    node.dataset.listens = "yes";
    queueMicrotask(() => node.on("plotly_click", (event) => {
      const place = event.points[0].customdata;
      if (place !== undefined) openDocument(place, true);
    }));
  }
  return { traces, plan: { xaxis: bare, yaxis: bare, hovermode: "closest" } };
};

// A topic is drawn as a ring if there is no room for its label.
function topicTraces(node) {
  const frame = { width: node.clientWidth - 16, height: node.clientHeight - 50 }; // without margins and legend
  const labels = topicLabels(frame);
  const labelled = labels.filter(({ placed }) => placed);
  const ringed = labels.filter(({ placed }) => !placed);
  return [
    {
      ...topicTrace(labelled, labelled.map(({ placed }) => inPlane(placed.box, frame))),
      mode: "text",
      text: labelled.map(({ placed }) => placed.text),
      textfont: { family: fontOf(pivot), size: LABEL_SIZE, color: style("--ink"), shadow: halo() },
    },
    {
      ...topicTrace(ringed, ringed.map(({ number }) => report.topics[number].position)),
      mode: "markers",
      marker: { symbol: "circle-open", size: 9, color: style("--ink"), line: { width: 1.5 } },
    },
  ];
}

function topicTrace(labels, places) {
  return {
    type: "scatter",
    x: places.map((place) => place[0]),
    y: places.map((place) => place[1]),
    hovertext: labels.map(({ number }) => `topic ${number}: ${plotText(topicWords(number, pivot, 4))}`),
    hovertemplate: "%{hovertext}<extra></extra>",
    showlegend: false,
  };
}

function topicLabels(frame) {
  const inPixels = ([x, y]) => ({ x: ((x / REACH + 1) / 2) * frame.width, y: ((1 - y / REACH) / 2) * frame.height });
  const topics = report.order.map((number) => ({ point: inPixels(report.topics[number].position), texts: labelTexts(number) }));
  const marks = report.documents.map((item) => ({ ...inPixels(item.position), width: 6, height: 6 }));
  const placed = placedLabels(topics, marks, frame);
  return report.order.map((number, n) => ({ number, placed: placed[n] }));
}

const inPlane = ({ x, y }, { width, height }) => [((2 * x) / width - 1) * REACH, (1 - (2 * y) / height) * REACH];

// The texts that may label a topic, the best first.
function labelTexts(number) {
  const words = shorten(topicWords(number, pivot, report.topics.length > 20 ? 1 : 2), 30);
  const short = { text: `<b>${number}</b>`, width: textWidth(String(number)) };
  return isNarrow() ? [short] : [{ text: `<b>${number}</b> ${plotText(words)}`, width: textWidth(`${number} ${words}`) }, short];
}

const canvas = document.createElement("canvas").getContext("2d");

function textWidth(text) {
  canvas.font = `bold ${LABEL_SIZE}px ${fontOf(pivot)}`;
  return canvas.measureText(text).width + 6;
}

function halo() {
  const paper = style("--paper");
  return [[1, 1], [-1, 1], [1, -1], [-1, -1], [2, 0], [-2, 0], [0, 2], [0, -2]].map(([x, y]) => `${x}px ${y}px 1px ${paper}`).join(", ");
}

function documentTrace(language, index, byTopic) {
  const entries = report.documents.map((item, place) => ({ item, place })).filter(({ item }) => item.lang === index);
  const colours = entries.map(({ item }) => report.topics[item.topics[0][0]].colour);
  return {
    type: "scatter",
    mode: "markers",
    ...keyed(language),
    x: entries.map(({ item }) => item.position[0]),
    y: entries.map(({ item }) => item.position[1]),
    customdata: entries.map(({ place }) => place),
    text: entries.map(({ item }) => hover(item, language.code)),
    hovertemplate: "%{text}<extra></extra>",
    hoverlabel: { font: { family: fontOf(language.code) } },
    marker: { symbol: language.symbol, size: isNarrow() ? 4 : 6, opacity: isDark() ? 0.8 : 0.62, color: byTopic ? colours : language.colour, line: { width: 0 } },
  };
}

function hover(item, code) {
  const [number, share] = item.topics[0];
  return `${wrapped(item.text).map(plotText).join("<br>")}<br><b>topic ${number}</b> ${plotText(topicWords(number, code))} ${percent(share)}`;
}

// At most three lines of a text. East Asian characters are twice as wide as others, and a line may end after any of them.
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
