// Every design as a line over all axes, the better end of each on top; dragging along an axis keeps a part.
class Parallel {
  constructor(model, place) {
    this.model = model;
    this.place = place;
    this.pressed = 0;
    this.axes = model.axes.map((axis) => {
      const scaled = axis.numbers.map((value) => (value === null ? null : this.scaled(axis, value)));
      const [low, high] = extent(scaled);
      return { axis, low, high, heights: scaled.map((value) => this.height({ axis, low, high }, value)) };
    });
    place.addEventListener("pointerdown", (event) => { this.pressed = event.clientX; }, true);
  }

  scaled(axis, value) { return axis.log ? Math.log10(value) : value; }

  height({ axis, low, high }, value) {
    if (value === null) return null;
    const share = high > low ? (value - low) / (high - low) : 0.5;
    return axis.sense === "min" ? 1 - share : share;
  }

  // The axis that the mouse was pressed at.
  nearest() {
    const { xaxis } = this.place._fullLayout, left = this.place.getBoundingClientRect().left;
    const place = Math.round(xaxis.p2c(this.pressed - left - xaxis._offset));
    return this.axes[Math.max(0, Math.min(this.axes.length - 1, place))];
  }

  // One outline for all rows, there and back, so that it turns along the first and the last axis: many are slow to draw.
  lines(rows, name, color, width, opacity) {
    const x = [], y = [], owners = [], there = [...this.axes.keys()], back = [...there].reverse();
    rows.forEach((row, number) => {
      for (const place of number % 2 ? back : there) { x.push(place); y.push(this.axes[place].heights[row]); owners.push(row); }
    });
    return { type: "scatter", mode: "lines", name, x, y, owners, line: { color, width }, opacity,
      hoverinfo: "none", showlegend: false };
  }

  traces() {
    const look = inks(), { model } = this, left = [], others = [], front = [];
    for (let row = 0; row < model.size; row += 1) {
      (!model.passes(row) ? left : model.data.front[row] ? front : others).push(row);
    }
    const visible = (rows, most) => Math.max(0.08, Math.min(most, 150 / (1 + rows.length)));
    return [this.lines(left, "left out", look.rule, 0.5, 0.15),
      this.lines(others, "other designs", look.soft, 0.6, visible(others, 0.7)),
      this.lines(front, "front", look.accent, 1, visible(front, 0.9))];
  }

  layout() {
    const look = inks(), annotations = [], shapes = [];
    this.axes.forEach((each, x) => {
      const { axis } = each, title = titled(axis).replace(/ \(/g, "<br>(").replace(/\.(?=[a-z])/, "<br>");
      annotations.push({ x, y: 1, yref: "paper", text: title, showarrow: false, yanchor: "bottom", font: { size: 11 } });
      for (const [value, text] of ticks(axis, extent(axis.numbers))) {
        annotations.push({ x, y: this.height(each, this.scaled(axis, value)), text, showarrow: false, xanchor: "left", xshift: 2,
          font: { size: 9.5, color: look.soft }, bgcolor: look.paper, borderpad: 0, opacity: 0.85 });
      }
      const end = x === 0 || x === this.axes.length - 1;
      shapes.push({ type: "line", x0: x, x1: x, y0: 0, y1: 1, line: { color: look.soft, width: end ? 2 : 1 } });
      const range = this.model.ranges.get(axis);
      if (!range) return;
      const [from, to] = range.map((value, side) => (value === null ? [each.low, each.high][side] : this.scaled(axis, value)));
      const [y0, y1] = [from, to].map((value) => Math.min(1, Math.max(0, this.height(each, value))));
      shapes.push({ type: "rect", x0: x - 0.06, x1: x + 0.06, y0, y1, line: { width: 0 }, fillcolor: look.warn, opacity: 0.55 });
    });
    return { annotations, shapes, selections: [], dragmode: "select", selectdirection: "v", height: 380, hovermode: "closest",
      width: Math.max(this.place.parentElement.clientWidth - 2, 80 * this.axes.length),
      xaxis: { visible: false, range: [-0.35, this.axes.length - 0.45], fixedrange: true },
      yaxis: { visible: false, range: [-0.04, 1.04], fixedrange: true },
      paper_bgcolor: "transparent", plot_bgcolor: "transparent", font: { color: look.ink },
      margin: { l: 8, r: 8, t: 66, b: 8 }, newselection: { line: { color: look.warn } } };
  }

  async draw() {
    const first = !this.place.data;
    await Plotly.react(this.place, this.traces(), this.layout(), { ...CONFIG, displayModeBar: false, responsive: false });
    if (!first) return;
    this.place.on("plotly_hover", ({ points: [point] }) => {
      const row = point?.data.owners[point.pointNumber] ?? null;
      if (row !== null) this.model.hover(row);
    });
    this.place.on("plotly_click", ({ points: [point] }) => {
      const row = point?.data.owners[point.pointNumber] ?? null;
      if (row !== null) this.model.toggle(row);
    });
    this.place.on("plotly_selected", (event) => { if (event?.range) this.keep(this.nearest(), event.range.y); });
    this.place.on("plotly_doubleclick", () => this.model.setRange(this.nearest().axis, null, null));
  }

  keep({ axis, low, high }, heights) {
    const values = heights.map((height) => {
      const value = low + (axis.sense === "min" ? 1 - height : height) * (high - low);
      return axis.log ? 10 ** value : value;
    }).sort((a, b) => a - b);
    this.model.setRange(axis, ...values);
  }
}
