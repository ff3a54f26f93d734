"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const first = Array.from(body.rows);
  const heads = Array.from(table.tHead.rows[0].cells);
  const keyOf = (row, column) => {
    const data = row.cells[column].dataset;
    if ("missing" in data) return null;
    return "value" in data ? Number(data.value) : row.cells[column].textContent.trim();
  };
  const compare = (a, b) => {
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return a < b ? -1 : a > b ? 1 : 0;
  };
  heads.forEach((head, column) => {
    // Chrome leaves a <button> out of the heads that it repeats on each printed page.
    const button = document.createElement("span");
    button.setAttribute("role", "button");
    button.tabIndex = 0;
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      button.click();
    });
    button.addEventListener("click", () => {
      const next = { none: "ascending", ascending: "descending", descending: "none" };
      const order = next[head.getAttribute("aria-sort")];
      for (const other of heads) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", order);
      // Always from the first order, so that equal values keep it; missing ones stay last.
      const rows = first.slice();
      if (order !== "none") {
        const sign = order === "ascending" ? 1 : -1;
        rows.sort((one, two) => {
          const a = keyOf(one, column);
          const b = keyOf(two, column);
          if (a === null || b === null) return (a === null) - (b === null);
          return sign * compare(a, b);
        });
      }
      body.append(...rows);
    });
  });
}
