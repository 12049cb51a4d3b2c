// The document view: one document, its topics, its neighbours in other languages.
const MOST_RESULTS = 40;
const searched = report.documents.map((item) => normal(`${item.id} ${item.text}`));
let chosen = null;

function languageOf(item) {
  return report.languages[item.lang];
}

function findDocuments() {
  const query = normal(byId("find").value.trim());
  const places = [...searched.keys()].filter((place) => searched[place].includes(query));
  const shown = places.slice(0, MOST_RESULTS);
  byId("found").textContent = `${counted(places.length, "document")}${places.length > shown.length ? `, the first ${shown.length} are shown` : ""}`;
  byId("results").replaceChildren(...shown.map(resultRow));
}

function resultRow(place) {
  const item = report.documents[place];
  const { code } = languageOf(item);
  const button = el(
    "button",
    { type: "button", "data-document": place, "aria-current": String(place === chosen) },
    el("span", { class: "dot", style: `--colour: ${colourOf(code)}` }, item.id),
    el("span", { class: "text", lang: code, dir: "auto" }, shorten(item.text, 80)),
  );
  return el("li", {}, button);
}

function openDocument(place, scroll) {
  chosen = place;
  const item = report.documents[place];
  const language = languageOf(item);
  const label = item.label === null ? "" : `, label ${item.label}`;
  byId("document").replaceChildren(
    el("h3", {}, item.id),
    el("p", { class: "read dot", style: `--colour: ${colourOf(language.code)}` }, `${language.name}${label}`),
    el("p", { class: "text", lang: language.code, dir: "auto" }, item.text),
    el("h4", {}, "Topics"),
    thetaTable(item, language.code),
    ...Object.entries(item.near).flatMap(([code, places]) => neighbours(code, places)),
  );
  document.querySelectorAll("#results button").forEach((button) => {
    button.setAttribute("aria-current", String(Number(button.dataset.document) === place));
  });
  if (scroll) {
    byId("document").scrollIntoView({ block: "start" });
    byId("document").focus({ preventScroll: true });
  }
}

function thetaTable(item, code) {
  const rows = item.topics.map(([number, share]) => {
    const words = el("span", { lang: code, dir: "auto" }, topicWords(number, code));
    const link = el("a", { href: `#topic-${number}` }, `${number} `, words);
    const bar = el("span", { class: "bar", style: `width: ${(70 * share).toFixed(1)}%; --colour: ${colourOf(code)}` });
    return el("tr", {}, el("th", { scope: "row" }, link), el("td", {}, bar, percent(share)));
  });
  return el("table", { class: "theta" }, el("tbody", {}, ...rows));
}

function neighbours(code, places) {
  const language = report.languages[languageIndex.get(code)];
  const rows = places.map((place) => {
    const item = report.documents[place];
    return el("li", {}, el("button", { type: "button", "data-document": place }, item.id), el("p", { lang: code, dir: "auto" }, shorten(item.text, 160)));
  });
  return [el("h4", {}, `Nearest in ${language.name}`), el("ul", { class: "near" }, ...rows)];
}

function startDocuments() {
  byId("find").addEventListener("input", findDocuments);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-document]");
    if (button) openDocument(Number(button.dataset.document), true);
  });
  findDocuments();
  if (report.documents.length) openDocument(0, false);
}
