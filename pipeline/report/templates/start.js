// A link to a topic shows its card, even if the search has hidden it.
function showTarget() {
  const card = location.hash.startsWith("#topic-") && byId(location.hash.slice(1));
  if (card && card.hidden) {
    byId("search").value = "";
    search();
  }
  if (card) {
    card.scrollIntoView();
    card.focus({ preventScroll: true });
  }
}

startTheme();
startTopics();
startPlots();
startDocuments();
byId("part-topic")?.addEventListener("change", () => { redrawPlots("periods"); redrawPlots("groups"); });
document.querySelectorAll('input[name="colour"]').forEach((input) => input.addEventListener("change", () => redrawPlots("map")));
let resized;
addEventListener("resize", () => { clearTimeout(resized); resized = setTimeout(() => redrawPlots("map"), 200); }); // the labels of the map are placed in pixels
addEventListener("hashchange", showTarget);
if (location.hash) showTarget();
