// The charts other than the map: shares, parts of the corpus, alignment, losses.
const topicLabel = (number) => `${number} ${plotText(topicWords(number, pivot, isNarrow() ? 1 : 2))}`;

const MARK = 14; // pixels from one mark to the mark beside it

// Distance of a language's marks from the middle, so that the marks of languages do not cover each other.
function beside(place, width) {
  const last = report.languages.length - 1;
  return last ? (place / last - 0.5) * width : 0;
}

// Intervals in percent, cut at 0 and 100%.
function errors(means, halves) {
  const sides = { array: means.map((mean, n) => 100 * Math.min(halves[n], 1 - mean)), arrayminus: means.map((mean, n) => 100 * Math.min(halves[n], mean)) };
  return { type: "data", symmetric: false, ...sides, thickness: 1.2, width: 0 };
}

// A single document has no interval.
const markOf = (language, count) => (count > 1 ? language.symbol : `${language.symbol}-open`);

PLOTS.shares = (node) => {
  const order = [...report.order].reverse();
  const isCrowded = report.languages.length > 4; // then marks need more room, so that they do not cover each other
  node.style.height = `${90 + order.length * (20 + (isCrowded ? 9 : 5) * report.languages.length)}px`;
  const traces = report.languages.map((language, index) => {
    const { mean, half, count } = report.shares[language.code];
    return {
      type: "scatter",
      mode: "markers",
      ...keyed(language),
      x: order.map((number) => (count ? 100 * mean[number] : null)),
      y: order.map((_, row) => row - beside(index, isCrowded ? 0.7 : 0.4)),
      error_x: errors(order.map((number) => mean[number]), order.map((number) => half[number])),
      text: order.map((number) => `topic ${number}, ${language.name}: ${percent(mean[number])}${half[number] === null ? "" : ` ± ${percent(half[number])}`}`),
      hovertemplate: "%{text}<extra></extra>",
      marker: { symbol: markOf(language, count), size: 8, color: language.colour },
    };
  });
  traces.push(...keys());
  const yaxis = { tickvals: order.map((_, row) => row), ticktext: order.map(topicLabel), range: [-0.7, order.length - 0.3], zeroline: false, tickfont: { family: fontOf(pivot) }, fixedrange: true };
  return { traces, plan: { xaxis: { ticksuffix: "%", rangemode: "tozero", fixedrange: true, side: "top" }, yaxis, legend: { orientation: "h", x: 0, y: 1, yref: "container", yanchor: "top" }, margin: { l: 8, r: 16, t: 60, b: 8 } } };
};

// Width of the marks of one part, as a share of the part's width, in a plot with `count` parts: MARK pixels from one
// language to the next where there is room, and at most half a part, so that there is a gap before the next part.
function partWidth(node, count) {
  return Math.min(0.5, (MARK * count * (report.languages.length - 1)) / node.clientWidth);
}

// A part of the corpus is drawn at `at(index, shift)`; a line joins two parts if `joined(before, after)` is true.
function partsPlot(parts, { at, width, joined, xaxis }) {
  const number = Number(byId("part-topic").value);
  const traces = report.languages.map((language, place) => {
    const shares = parts.shares[language.code];
    const present = [...parts.keys.keys()].filter((index) => shares[index]);
    // A null makes a gap between two parts that are not joined.
    const marks = present.flatMap((index, n) => (joined && n && !joined(present[n - 1], index) ? [null, index] : [index]));
    const perMark = (value) => marks.map((index) => (index === null ? null : value(shares[index], index)));
    return {
      type: "scatter",
      mode: joined ? "lines+markers" : "markers",
      ...keyed(language),
      x: perMark((_, index) => at(index, beside(place, width))),
      y: perMark((part) => 100 * part.mean[number]),
      error_y: errors(perMark((part) => part.mean[number]), perMark((part) => part.half[number])),
      text: perMark((part, index) => `${plotText(parts.keys[index])}, ${language.name}: ${percent(part.mean[number])} of ${counted(part.count, "document")}`),
      hovertemplate: "%{text}<extra></extra>",
      line: { width: 1.5, color: language.colour },
      marker: { symbol: perMark((part) => markOf(language, part.count)), size: 8, color: language.colour },
    };
  });
  traces.push(...keys());
  const plan = { xaxis: { zeroline: false, fixedrange: true, ...xaxis }, yaxis: { ticksuffix: "%", rangemode: "tozero", fixedrange: true }, margin: { l: 8, r: 8, t: 40, b: 8 } };
  return { traces, plan };
}

const everyNth = (count) => Math.ceil(count / (isNarrow() ? 8 : 24));

PLOTS.groups = (node) => {
  const names = report.groups.keys;
  const shown = [...names.keys()].filter((index) => index % everyNth(names.length) === 0);
  const xaxis = { tickvals: shown, ticktext: shown.map((index) => plotText(shorten(names[index], 24))), range: [-0.5, names.length - 0.5] };
  const width = partWidth(node, names.length);
  return partsPlot(report.groups, { at: (index, shift) => index + shift, width, joined: null, xaxis });
};

PLOTS.periods = (node) => {
  const times = report.periods.keys.map((key) => Date.parse(key));
  const monthly = report.periods.keys[0].length > 4;
  const number = (index) => { // a number for each month or year; neighbours differ by 1
    const [year, month] = report.periods.keys[index].split("-").map(Number);
    return monthly ? 12 * year + month : year;
  };
  const period = (monthly ? 30 : 365) * 24 * 3600 * 1000;
  const count = number(times.length - 1) - number(0) + 1;
  const every = everyNth(count);
  const xaxis = {
    type: "date",
    tick0: times[0],
    dtick: `M${monthly ? every : 12 * every}`,
    tickformat: monthly ? "%Y-%m" : "%Y",
    range: [times[0] - period / 2, times.at(-1) + period / 2],
  };
  const joined = (before, after) => number(after) - number(before) === 1;
  const width = partWidth(node, count);
  return partsPlot(report.periods, { at: (index, shift) => times[index] + shift * period, width, joined, xaxis });
};

PLOTS.alignment = (node) => {
  const code = node.dataset.language;
  const other = report.languages[languageIndex.get(code)];
  const numbers = report.topics.map((_, number) => String(number));
  const text = report.alignment[code].map((row, pivotTopic) => row.map((cosine, otherTopic) =>
    `${plotText(report.languages[0].name)} ${pivotTopic}: ${plotText(topicWords(pivotTopic, pivot))}<br>${plotText(other.name)} ${otherTopic}: ${plotText(topicWords(otherTopic, code))}<br>cosine ${cosine.toFixed(2)}`));
  const trace = {
    type: "heatmap",
    z: report.alignment[code],
    text,
    hovertemplate: "%{text}<extra></extra>",
    hoverlabel: { font: { family: fontOf(code) } },
    zmin: -1,
    zmax: 1,
    colorscale: [[0, "#d55e00"], [0.5, style("--raised")], [1, isDark() ? "#56b4e9" : "#00507f"]],
    colorbar: { thickness: 10, outlinewidth: 0, len: 0.6, tickvals: [-1, 0, 1] },
    xgap: numbers.length > 30 ? 0 : 1,
    ygap: numbers.length > 30 ? 0 : 1,
  };
  const dense = numbers.length > 20 ? 5 : 1;
  const axis = { tickvals: numbers.map(Number).filter((n) => n % dense === 0), fixedrange: true, showgrid: false, zeroline: false };
  return {
    traces: [trace],
    plan: {
      xaxis: { ...axis, title: { text: plotText(`topic in ${other.name}`) }, constrain: "domain" },
      yaxis: { ...axis, title: { text: plotText(`topic in ${report.languages[0].name}`) }, autorange: "reversed", scaleanchor: "x", constrain: "domain", constraintoward: "top" },
    },
  };
};

PLOTS.losses = (node) => {
  const terms = Object.entries(report.losses);
  const rows = Math.ceil(terms.length / (isNarrow() ? 1 : 3));
  node.style.height = `${rows * 175 + 30}px`;
  const plan = { grid: { rows, columns: isNarrow() ? 1 : Math.min(3, terms.length), pattern: "independent", xgap: 0.18, ygap: 0.38 }, showlegend: false, annotations: [], margin: { l: 40, r: 8, t: 28, b: 30 } };
  const traces = terms.map(([term, { epochs, losses }], index) => {
    const number = index ? String(index + 1) : "";
    for (const side of ["xaxis", "yaxis"]) plan[side + number] = { fixedrange: true, gridcolor: style("--grid"), zerolinecolor: style("--grid"), nticks: 4, automargin: true };
    plan.annotations.push({ text: plotText(term), xref: `x${number} domain`, yref: `y${number} domain`, x: 0, y: 1.02, xanchor: "left", yanchor: "bottom", showarrow: false, font: { size: 13 } });
    return { type: "scatter", mode: epochs.length > 1 ? "lines" : "markers", x: epochs, y: losses, xaxis: `x${number}`, yaxis: `y${number}`, hovertemplate: "epoch %{x}: %{y}<extra></extra>", line: { width: 1.6, color: report.languages[0].colour } };
  });
  return { traces, plan };
};
