for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.closest("th"), body = head.closest("table").tBodies[0];
    const column = head.cellIndex, up = head.getAttribute("aria-sort") !== "ascending";
    const key = (row) => row.cells[column].dataset.value;
    const number = (text) => (text === "" ? NaN : Number(text));
    const rows = [...body.rows].sort((a, b) => {
      const x = number(key(a)), y = number(key(b));
      if (Number.isNaN(x) || Number.isNaN(y)) {
        if (Number.isNaN(x) && Number.isNaN(y)) return key(a).localeCompare(key(b)) * (up ? 1 : -1);
        return Number.isNaN(x) ? 1 : -1;
      }
      return (x === y ? 0 : x < y ? -1 : 1) * (up ? 1 : -1);
    });
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    body.append(...rows);
  });
}
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details:not([open])")];
  for (const part of unfolded) part.open = true;
});
addEventListener("afterprint", () => { for (const part of unfolded) part.open = false; });
