// Starts the page when it is a file of its own.
{
  const page = JSON.parse(document.getElementById("data").textContent);
  const app = document.getElementById("app");
  const main = h("main", { class: "page alone", id: "main" });
  fill(app, main);
  const draw = page.page.startsWith("skope.page.aggregate-diff") ? countedPage : (into, drawn) => diffPage(into, drawn, place().state);
  let shown = null;
  const show = () => {
    const focused = focusedMetric();
    shown?.end();
    shown = draw(main, page);
    refocus(focused);
  };
  window.addEventListener("hashchange", show);
  window.addEventListener("keydown", (event) => press(event, shown?.keys));
  show();
}
