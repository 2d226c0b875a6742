// Unpacks the data and the plotting library when an explorer comes into view, then draws it.
async function unpacked(id) {
  const packed = await fetch(`data:;base64,${document.getElementById(id).textContent}`);
  return new Response(packed.body.pipeThrough(new DecompressionStream("gzip"))).text();
}

let library = null;

function loadLibrary() {
  library ??= unpacked("plotly").then((text) => {
    document.head.append(element("script", {}, text));
  });
  return library;
}

async function start(place) {
  const model = new Model(JSON.parse(await unpacked(place.dataset.designs)));
  await loadLibrary();
  const left = element("div", { class: "scatter" }), below = element("div", { class: "parallel" });
  const scatter = new Scatter(model, left), parallel = new Parallel(model, below);
  const redraw = () => scatter.draw();
  place.replaceChildren(
    element("p", { class: "menus" },
      menu("across", model.axes, scatter.x, (axis) => { scatter.x = axis; redraw(); }), " ",
      menu("up", model.axes, scatter.y, (axis) => { scatter.y = axis; redraw(); }), " ",
      menu("color", model.colors, null, (axis) => { scatter.color = axis; redraw(); }, "front or not")),
    element("div", { class: "side" }, left, card(model)),
    bounds(model), element("div", { class: "scroll" }, below), ranking(model), pinned(model));
  place.model = model;
  let waiting = false, asked = false;
  model.listen((what) => {
    asked ||= what === "passing";
    if (what === "hovered" || waiting) return;
    waiting = true;
    requestAnimationFrame(async () => {
      const again = asked;
      waiting = asked = false;
      await scatter.draw();
      if (again) await parallel.draw();
    });
  });
  await scatter.draw();
  await parallel.draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => model.tell("passing"));
  place.dataset.state = "ready";
}

for (const place of document.querySelectorAll(".explorer")) {
  const watcher = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watcher.disconnect();
    start(place).catch((error) => {
      place.dataset.state = "failed";
      place.textContent = `The explorer could not start here (${error.message}); its table lies beside this page.`;
    });
  }, { rootMargin: "800px" });
  watcher.observe(place);
}
