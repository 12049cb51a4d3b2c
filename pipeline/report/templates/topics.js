// Searching and sorting the cards.
const normal = (text) => text.normalize("NFKC").toLowerCase();

const cards = [...document.querySelectorAll(".card")].map((node) => ({
  node,
  figures: node.dataset,
  words: [...node.querySelectorAll(".words td")].map((cell) => ({ cell, text: normal(cell.textContent) })),
}));

function search() {
  const query = normal(byId("search").value.trim());
  let shown = 0;
  for (const card of cards) {
    const hits = card.words.filter(({ cell, text }) => {
      const hit = query !== "" && text.includes(query);
      cell.classList.toggle("hit", hit);
      return hit;
    });
    card.node.hidden = query !== "" && hits.length === 0;
    shown += card.node.hidden ? 0 : 1;
  }
  byId("shown").textContent = `${shown} of ${counted(cards.length, "topic")}`;
  byId("none-found").hidden = shown > 0;
}

function sortCards() {
  const key = byId("sort").value;
  const rising = key === "number";
  const figure = (card) => (card.figures[key] === "" ? -Infinity : Number(card.figures[key]));
  const order = (a, b) => (rising ? figure(a) - figure(b) : figure(b) - figure(a)) || a.figures.number - b.figures.number;
  byId("cards").append(...[...cards].sort(order).map((card) => card.node));
}

function startTopics() {
  byId("search").addEventListener("input", search);
  byId("search").addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      byId("search").value = "";
      search();
    } else if (event.key === "Enter") {
      cards.map((card) => card.node).filter((node) => !node.hidden && node.querySelector(".hit")).sort(
        (a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1),
      )[0]?.focus();
    }
  });
  byId("sort").addEventListener("change", sortCards);
  byId("examples").addEventListener("change", (event) => {
    document.querySelectorAll(".examples").forEach((details) => { details.open = event.target.checked; });
  });
  // When a browser goes back to the page, it keeps what was typed and chosen.
  sortCards();
  search();
}
