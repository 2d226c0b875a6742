// Everything around the plots: menus, bounds, the design in words, the list and the pinned table.
function menu(label, axes, chosen, change, none) {
  const select = element("select", { onchange: (event) => change(axes[event.target.value] ?? null) });
  if (none) select.append(element("option", { value: "" }, none));
  axes.forEach((axis, place) => select.append(element("option", { value: place }, titled(axis))));
  select.value = chosen === null ? "" : String(axes.indexOf(chosen));
  return element("label", {}, `${label} `, select);
}

function bounds(model) {
  const rows = model.measures.map((axis) => {
    const [low, high] = extent(axis.numbers);
    const field = (side, bound) => element("input", { type: "number", step: "any", placeholder: shown(bound),
      "aria-label": `${axis.label} ${side}`, oninput: () => change() });
    const least = field("at least", low), most = field("at most", high);
    const number = ({ value }) => (value === "" ? null : Number(value));
    const change = () => model.setRange(axis, number(least), number(most));
    model.listen((what) => {
      if (what !== "passing" || document.activeElement === least || document.activeElement === most) return;
      const range = model.ranges.get(axis) ?? [null, null];
      [least.value, most.value] = range.map((value) => (value === null ? "" : Number(value.toPrecision(4))));
    });
    return element("label", {}, element("span", {}, titled(axis)), least, " to ", most);
  });
  const count = element("output", {});
  const tell = () => {
    const total = model.data.total.toLocaleString("en"), drawn = model.size.toLocaleString("en");
    count.textContent = `${model.passing().length.toLocaleString("en")} of ${drawn} drawn designs pass`
      + (model.data.total > model.size ? ` (of ${total} in all)` : "");
  };
  model.listen((what) => { if (what === "passing") tell(); });
  tell();
  const clear = element("button", { type: "button", onclick: () => { document.activeElement?.blur(); model.reset(); } }, "clear");
  return element("div", { class: "bounds" }, ...rows, element("p", {}, count, " ", clear));
}

function inWords(model, row) {
  const lines = model.measures.map((axis) => `${axis.label}: ${shown(axis.numbers[row])} ${axis.unit}`.trimEnd());
  const parts = model.data.layers.length ? model.data.layers : model.data.choices;
  const layers = parts.map((part) => `${part.key}: ${model.words(part, row)}`);
  const found = model.data.found.filter((each) => each.data[row] > 0)
    .map((each) => `${each.key} ${each.data[row]}`);
  return { lines, layers, found };
}

function card(model) {
  const box = element("aside", { class: "card", "aria-live": "polite" },
    element("p", {}, "Point at a design to see it here; click to pin it."));
  const list = (title, lines) => [element("h4", {}, title),
    element("ul", {}, ...lines.map((line) => element("li", {}, line)))];
  model.listen((what) => {
    if (what !== "hovered" || model.hovered === null) return;
    const row = model.hovered, { lines, layers, found } = inWords(model, row);
    const on = model.data.front[row] ? ", on the front" : "";
    const tried = found.length ? found : ["no sampler"];
    box.replaceChildren(element("h3", {}, `Design ${model.data.numbers[row]}${on}`),
      element("ul", {}, ...lines.map((line) => element("li", {}, line))),
      ...list(model.data.layers.length ? "Layers" : "Choices", layers),
      ...(model.data.found.length ? list(`Tried by, of ${model.data.runs} runs each`, tried) : []));
  });
  return box;
}

function headed(cells, words = "") {
  return element("thead", {}, element("tr", {}, ...cells.map((cell) => element("th", {
    scope: "col", class: cell === words ? "text" : "number" }, cell))));
}

function ranking(model) {
  let chosen = model.measures.find((axis) => axis.sense === "min") ?? model.measures[0];
  const body = element("tbody");
  const fill = () => body.replaceChildren(...model.best(chosen, 10).map((row) => element("tr", {},
    element("td", {}, element("button", { type: "button", class: "pin", onclick: () => model.toggle(row),
      onmouseenter: () => model.hover(row), onfocus: () => model.hover(row) },
      `${model.pins.includes(row) ? "unpin" : "pin"} ${model.data.numbers[row]}`)),
    ...model.measures.map((axis) => element("td", {}, shown(axis.numbers[row]))))));
  model.listen((what) => { if (what !== "hovered") fill(); });
  fill();
  return element("div", {},
    element("p", {}, menu("The ten best passing designs by", model.measures, chosen, (axis) => { chosen = axis; fill(); })),
    element("div", { class: "scroll" }, element("table", { class: "ranking" },
      headed(["design", ...model.measures.map(titled)]), body)));
}

function pinned(model) {
  const box = element("div", { class: "pinned" });
  const command = ({ key, line }) => element("p", { class: "command" }, `${key}: `, element("code", {}, line), " ",
    element("button", { type: "button", onclick: (event) => navigator.clipboard?.writeText(line)
      .then(() => { event.target.textContent = "copied"; }, () => {}) }, "copy"));
  const fill = () => box.replaceChildren(...(model.pins.length === 0 ? [] : [element("h3", {}, "Pinned designs"),
    element("div", { class: "scroll" }, element("table", {},
      headed(["design", ...model.measures.map(titled), "in words", ""], "in words"),
      element("tbody", {}, ...model.pins.map((row) => {
        const { layers, found } = inWords(model, row);
        const tried = found.length ? [`tried by ${found.join(", ")} (of ${model.data.runs} runs each)`] : [];
        return element("tr", {}, element("td", {}, String(model.data.numbers[row])),
          ...model.measures.map((axis) => element("td", {}, shown(axis.numbers[row]))),
          element("td", { class: "wrap" }, ...[...layers, ...tried].map((line) => element("div", {}, line)),
            ...model.commands(row).map(command)),
          element("td", {}, element("button", { type: "button", onclick: () => model.toggle(row) }, "unpin")));
      }))))]));
  model.listen((what) => { if (what === "pinned") fill(); });
  return box;
}
