// Starts the page when it is a file of its own.
{
  const page = JSON.parse(document.getElementById("data").textContent);
  const app = document.getElementById("app");
  const main = h("main", { class: "page alone", id: "main" });
  fill(app, main);
  document.title = `${page.word}: ${page.name}`;
  let shown = null;
  const show = () => {
    const focused = focusedMetric();
    shown?.end();
    shown = diffPage(main, page, place().state);
    refocus(focused);
  };
  window.addEventListener("hashchange", show);
  window.addEventListener("keydown", (event) => press(event, shown?.keys));
  show();
}
