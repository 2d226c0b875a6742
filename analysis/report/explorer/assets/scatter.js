// Any two columns against each other. Colors come from the page, so that they follow its dark mode.
function inks() {
  const style = getComputedStyle(document.documentElement);
  const ink = (name) => style.getPropertyValue(name).trim();
  return { ink: ink("--ink"), soft: ink("--soft"), rule: ink("--rule"), muted: ink("--muted"),
    accent: ink("--accent"), paper: ink("--paper"), warn: ink("--warn") };
}

const hasWebgl = (() => {
  const context = document.createElement("canvas").getContext("webgl");
  if (!context) return false;
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return true;
})();

const CONFIG = { displaylogo: false, responsive: true,
  modeBarButtons: [["select2d", "lasso2d", "zoom2d", "pan2d", "resetScale2d"]] };

// Places and texts of an axis' ticks; those of a logarithmic axis are powers of ten.
function ticks(axis, [low, high]) {
  if (axis.names) return axis.names.map((name, code) => [code, name]);
  const found = [];
  if (axis.log) {
    const [least, most] = [Math.log10(low), Math.log10(high)];
    const steps = most - least > 2.5 ? [1] : most - least > 1 ? [1, 3] : [1, 2, 3, 5];
    for (let power = Math.floor(least); power <= most; power += 1) {
      found.push(...steps.map((step) => step * 10 ** power).filter((value) => value >= low && value <= high));
    }
  } else {
    const size = 10 ** Math.floor(Math.log10((high - low) / 4 || 1));
    const step = [1, 2, 5, 10].map((each) => each * size).find((each) => (high - low) / each <= 5);
    for (let value = Math.ceil(low / step); value * step <= high; value += 1) found.push(value * step);
  }
  return found.map((value) => [value, shown(value)]);
}

class Scatter {
  constructor(model, place) {
    this.model = model;
    this.place = place;
    const front = [], others = [];
    model.data.front.forEach((on, row) => (on ? front : others).push(row));
    this.groups = [others, front];
    this.y = model.measures[0];
    this.x = model.measures.find((axis) => axis.sense !== this.y.sense) ?? model.measures.at(-1);
    this.color = null;
  }

  traces() {
    const look = inks(), { x, y, color } = this, span = color ? extent(color.numbers) : null;
    const marker = (rows, group) => {
      if (!color) return group ? { color: look.accent, size: 6 } : { color: look.muted, size: 4 };
      return { color: rows.map((row) => color.numbers[row]), colorscale: "Viridis", cmin: span[0],
        cmax: span[1], size: group ? 7 : 4, showscale: group === 1,
        colorbar: { title: { text: titled(color), side: "right" }, thickness: 10,
          ...(color.names ? this.named(color) : {}), tickfont: { color: look.ink } } };
    };
    const drawn = this.groups.map((rows, group) => ({
      type: hasWebgl ? "scattergl" : "scatter", mode: "markers",
      name: group ? "front" : "other designs",
      x: rows.map((row) => x.numbers[row]), y: rows.map((row) => y.numbers[row]),
      marker: marker(rows, group), selectedpoints: this.selected(rows),
      unselected: { marker: { opacity: 0.06 } }, selected: { marker: { opacity: 1 } },
      text: rows.map((row) => `design ${this.model.data.numbers[row]}`),
      hovertemplate: `%{text}<br>${titled(x)}: %{x}<br>${titled(y)}: %{y}<extra></extra>` }));
    const pins = this.model.pins;
    drawn.push({ type: hasWebgl ? "scattergl" : "scatter", mode: "markers", name: "pinned",
      x: pins.map((row) => x.numbers[row]), y: pins.map((row) => y.numbers[row]), hoverinfo: "skip",
      marker: { symbol: "circle-open", size: 13, color: look.warn, line: { width: 2 } } });
    return drawn;
  }

  named(axis) {
    const places = ticks(axis, extent(axis.numbers));
    return { tickvals: places.map(([value]) => value), ticktext: places.map(([, text]) => text) };
  }

  selected(rows) {
    if (!this.model.asked) return null;
    const found = [];
    rows.forEach((row, place) => { if (this.model.passes(row)) found.push(place); });
    return found;
  }

  layout() {
    const look = inks(), wide = this.place.clientWidth > 500;
    const axis = (of) => ({ title: { text: titled(of) }, type: of.log ? "log" : "linear",
      gridcolor: look.rule, zeroline: false, automargin: true, ...(of.names || of.log ? this.named(of) : {}) });
    return { xaxis: axis(this.x), yaxis: axis(this.y), dragmode: wide ? "select" : "pan",
      paper_bgcolor: "transparent", plot_bgcolor: "transparent", font: { color: look.ink, size: 12 },
      margin: { l: 60, r: 12, t: 30, b: 50 }, height: wide ? 440 : 340, hovermode: "closest",
      legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 },
      selections: this.model.brush ? this.place.layout?.selections : [],
      modebar: { bgcolor: "transparent", color: look.soft, activecolor: look.accent },
      newselection: { line: { color: look.accent } } };
  }

  async draw() {
    const first = !this.place.data;
    await Plotly.react(this.place, this.traces(), this.layout(), CONFIG);
    if (!first) return;
    const row = (point) => this.groups[point.curveNumber]?.[point.pointIndex ?? point.pointNumber];
    const known = (rows) => rows.filter((each) => each !== undefined);
    this.place.on("plotly_hover", ({ points }) => {
      const [found] = known(points.map(row));
      if (found !== undefined) this.model.hover(found);
    });
    this.place.on("plotly_click", ({ points }) => known(points.map(row)).slice(0, 1)
      .forEach((found) => this.model.toggle(found)));
    this.place.on("plotly_selected", (event) => {
      if (event) this.model.setBrush(new Set(known(event.points.map(row))));
    });
    this.place.on("plotly_deselect", () => this.model.setBrush(null));
  }
}
