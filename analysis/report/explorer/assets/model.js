// The designs, what is asked of them, and which of them pass. Knows nothing of how they are drawn.
class Model {
  constructor(data) {
    this.data = data;
    this.size = data.numbers.length;
    const measures = data.measures.map((each) => ({ ...each, measure: true, numbers: each.data }));
    const choices = data.choices.map((each) => ({
      key: each.key, label: each.key, unit: "", numbers: each.codes, names: each.values }));
    const found = data.found.map((each) => ({
      key: `found by ${each.key}`, label: `runs of ${each.key} that tried it`, unit: "",
      numbers: each.data }));
    this.axes = [...measures, ...choices];
    this.measures = measures;
    this.colors = [...this.axes, ...found];
    this.ranges = new Map();
    this.brush = null;
    this.pins = [];
    this.hovered = null;
    this.listeners = [];
  }

  listen(listener) { this.listeners.push(listener); }

  tell(what) { for (const listener of this.listeners) listener(what); }

  // Keep designs whose value of an axis lies in [low, high]; null leaves a side open.
  setRange(axis, low, high) {
    if (low === null && high === null) this.ranges.delete(axis);
    else this.ranges.set(axis, [low, high]);
    this.tell("passing");
  }

  setBrush(rows) { this.brush = rows; this.tell("passing"); }

  reset() { this.ranges.clear(); this.brush = null; this.tell("passing"); }

  get asked() { return this.ranges.size > 0 || this.brush !== null; }

  passes(row) {
    if (this.brush !== null && !this.brush.has(row)) return false;
    for (const [axis, [low, high]] of this.ranges) {
      const value = axis.numbers[row];
      if (value === null || (low !== null && value < low) || (high !== null && value > high)) return false;
    }
    return true;
  }

  passing() {
    const rows = [];
    for (let row = 0; row < this.size; row += 1) if (this.passes(row)) rows.push(row);
    return rows;
  }

  // Passing rows, best first by a measure, of equal ones by the last quality; without a value last.
  best(measure, count) {
    const key = (by) => (row) => (by.numbers[row] === null ? Infinity : (by.sense === "max" ? -1 : 1) * by.numbers[row]);
    const order = [measure, this.measures.findLast((each) => each.sense === "max") ?? measure].map(key);
    const compare = (a, b) => {
      const by = order.find((each) => each(a) !== each(b));
      return by ? by(a) - by(b) : a - b;
    };
    return this.passing().sort(compare).slice(0, count);
  }

  hover(row) { this.hovered = row; this.tell("hovered"); }

  toggle(row) {
    const place = this.pins.indexOf(row);
    if (place < 0) this.pins.push(row); else this.pins.splice(place, 1);
    this.tell("pinned");
  }

  words(part, row) { return part.values[part.codes[row]]; }

  commands(row) {
    return this.data.commands.map(({ key, line }) => ({
      key, line: line.replaceAll("{number}", String(this.data.numbers[row])) }));
  }
}

function shown(value) {
  if (value === null) return "\u2013";
  if (Math.abs(value) >= 10000) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(4)));
}

function titled(axis) { return axis.unit ? `${axis.label} (${axis.unit})` : axis.label; }

function extent(numbers) {
  let low = Infinity, high = -Infinity;
  for (const value of numbers) {
    if (value === null) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? [0, 1] : [low, high];
}

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}
