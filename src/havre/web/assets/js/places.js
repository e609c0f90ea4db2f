// @ts-check
// Lists of places are searched and tables sorted in the browser. Without this script everything stands there in full.
import { fits, order } from "./places/order.js";

/** @param {HTMLInputElement} field a search field with `data-search`: which elements it looks through */
function search(field) {
  const found = document.getElementById(field.getAttribute("aria-describedby") ?? "");
  const items = [...document.querySelectorAll(field.dataset.search ?? "")].filter((item) => item instanceof HTMLElement);
  const look = () => {
    let shown = 0;
    for (const item of items) {
      item.hidden = !fits(item.dataset.text ?? "", field.value);
      shown += item.hidden ? 0 : 1;
    }
    for (const section of document.querySelectorAll("main section")) {
      if (section instanceof HTMLElement && section.querySelector(".place-list") !== null) {
        section.hidden = section.querySelector("li:not([hidden])") === null;
      }
    }
    if (found !== null) {
      const told = (found.dataset.found ?? "").replace("{found}", String(shown)).replace("{all}", String(items.length));
      found.textContent = field.value.trim() === "" ? "" : told;
    }
  };
  field.addEventListener("input", look);
  if (field.value !== "") look();
}

/** @param {HTMLTableElement} table */
function makeSortable(table) {
  const heads = [...table.querySelectorAll("thead th")];
  const body = table.tBodies[0];
  heads.forEach((head, column) => {
    const values = () => [...body.rows].map((row) => row.cells[column]?.dataset.value);
    if (!values().some((value) => value !== undefined)) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const falling = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      const rows = [...body.rows];
      body.append(...order(values(), falling, document.documentElement.lang).map((place) => rows[place]));
    });
  });
}

for (const field of document.querySelectorAll("input[data-search]")) if (field instanceof HTMLInputElement) search(field);
for (const table of document.querySelectorAll("table[data-sort]")) if (table instanceof HTMLTableElement) makeSortable(table);
