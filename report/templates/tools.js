// Highlights a segment on all boards of its segmentation.
for (const select of document.querySelectorAll(".highlight"))
  select.addEventListener("change", () => {
    const name = select.closest(".view").dataset.segmentation;
    for (const view of views.filter((view) => view.dataset.segmentation === name)) {
      for (const other of view.querySelectorAll(".highlight")) other.value = select.value;
      for (const item of view.querySelectorAll("[data-segment]"))
        item.classList.toggle("dim", select.value !== "" && item.dataset.segment !== select.value);
    }
  });

// Hides items whose text does not contain the words of the filter.
for (const input of document.querySelectorAll(".filter"))
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/);
    for (const item of input.closest(".view").querySelectorAll("[data-filter]"))
      item.hidden = !words.every((word) => item.textContent.toLowerCase().includes(word));
  });

// Sorts a table by the column whose header is clicked: the first click puts the largest value
// first, the second the smallest, and the third restores the order.
function valueOf(row, place) {
  const text = row.cells[place].innerText.trim().replaceAll("−", "-");
  const figure = text.match(/-?[\d.,]+/);
  return figure && place ? Number(figure[0].replaceAll(",", "")) : text.toLowerCase();
}

for (const table of document.querySelectorAll(".sortable")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows].at(-1).cells;
  for (const head of heads) {
    if (!head.textContent.trim()) continue;
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const next = { descending: "ascending", ascending: "" }[head.ariaSort] ?? "descending";
      for (const other of heads) other.removeAttribute("aria-sort");
      if (next) head.ariaSort = next;
      const sign = next === "ascending" ? 1 : -1;
      const place = head.cellIndex;
      const compare = (one, other) => {
        const [a, b] = [valueOf(one, place), valueOf(other, place)];
        if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
        return sign * (a < b ? -1 : a > b ? 1 : 0);
      };
      body.append(...(next ? [...rows].sort(compare) : rows));
    });
  }
}
