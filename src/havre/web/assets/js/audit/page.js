// @ts-check
/**
 * Makes a calculator of the audit answer while one types. The server answers the same form where no script runs.
 */

import { answerOf } from "./answers.js";
import { iconPath } from "./icons.js";

/** @typedef {import("./writer.js").Block} Block */
/** @typedef {import("./writer.js").Table} Table */

const SVG = "http://www.w3.org/2000/svg";
const PEOPLE = 1000;
const PAUSE = 250;
const LONG = 30;

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** @param {Block} block @param {string} label of the box in which a table scrolls, with a place for its name @returns {Node} */
function drawn(block, label) {
  if (block.kind === "table") return drawnTable(block, label);
  if (block.kind === "heading") return element("h4", {}, block.text);
  if (block.kind !== "icons") return element("p", { class: block.kind }, block.text);
  return element("figure", { class: "picture" }, element("figcaption", {}, block.text), drawnIcons(block.count, block.text));
}

/** @param {string} range @returns {string} what is long is a sentence, and may break into lines */
const classOf = (range) => (range.length > LONG ? "range long" : "range");

/** @param {Table} table @param {string} label @returns {Node} */
function drawnTable({ caption, columns, rows }, label) {
  /** @param {string} name @param {Record<string, string>} attributes @param {import("./writer.js").Cell} cell */
  const cell = (name, attributes, { text, range }) =>
    element(name, attributes, text, ...(range ? [element("span", { class: classOf(range) }, range)] : []));
  const heads = columns.map((text, at) => element("th", at ? { scope: "col", class: "number" } : { scope: "col" }, text));
  const lines = rows.map(([head, ...cells]) =>
    element("tr", {}, cell("th", { scope: "row" }, head), ...cells.map((one) => cell("td", { class: "number" }, one))),
  );
  const made = element(
    "table", {},
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...lines),
  );
  const name = label.replace("{name}", caption);
  return element("div", { class: "scroll", role: "region", "aria-label": name, tabindex: "0" }, made);
}

/** @param {number} count @param {string} label @returns {Node} */
function drawnIcons(count, label) {
  const svg = document.createElementNS(SVG, "svg");
  const size = { class: "icons", viewBox: "0 0 400 260", width: "400", height: "260", role: "img", "aria-label": label };
  for (const [key, value] of Object.entries(size)) svg.setAttribute(key, value);
  for (const [mark, from, to] of /** @type {[string, number, number][]} */ ([["flagged", 0, count], ["clear", count, PEOPLE]])) {
    if (from === to) continue;
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", `person ${mark}`);
    path.setAttribute("d", iconPath(from, to));
    svg.append(path);
  }
  return svg;
}

/** A form with its answer. */
class Calculator {
  /** @param {HTMLFormElement} form @param {HTMLElement} place of the answer @param {Record<string, string>} words */
  constructor(form, place, words) {
    this.form = form;
    this.place = place;
    this.words = words;
    this.language = document.documentElement.lang === "fr" ? "fr" : "en";
  }

  /** @returns {Record<string, string>} what stands in each field */
  get texts() {
    const pairs = [...new FormData(this.form)].map(([name, value]) => [name, String(value)]);
    return Object.fromEntries(pairs);
  }

  answer() {
    const texts = this.texts;
    const { blocks, problems } = answerOf(texts.calculator, texts, /** @type {"en" | "fr"} */ (this.language), this.words);
    this.#mark(problems);
    const cannot = element("p", { class: "warning" }, this.form.dataset.cannot ?? "");
    const made = blocks.map((block) => drawn(block, this.form.dataset.scroll ?? "{name}"));
    this.place.replaceChildren(...(made.length > 0 ? made : [cannot]));
    const first = blocks.find((block) => block.kind === "icons" || block.kind === "line" || block.kind === "finding");
    const said = first && "text" in first ? first.text : (this.form.dataset.cannot ?? "");
    const status = document.getElementById("answer-status");
    if (status) status.textContent = blocks.length > 0 ? said : (this.form.dataset.cannot ?? "");
    this.#address(texts);
  }

  /** @param {Record<string, string[]>} problems shown beside their fields */
  #mark(problems) {
    for (const input of this.form.querySelectorAll("input[type=text]")) {
      const found = problems[/** @type {HTMLInputElement} */ (input).name] ?? [];
      const place = document.getElementById(`${input.id}-error`);
      if (found.length > 0) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      if (place) {
        place.textContent = found.join(" ");
        place.hidden = found.length === 0;
      }
    }
  }

  /** @param {Record<string, string>} texts kept in the address, and in the links to the other language */
  #address(texts) {
    const query = new URLSearchParams(texts).toString();
    history.replaceState(null, "", `${location.pathname}?${query}${location.hash}`);
    for (const link of document.querySelectorAll(".switch a")) {
      link.setAttribute("href", `${/** @type {HTMLAnchorElement} */ (link).pathname}?${query}`);
    }
  }

  listen() {
    let waiting = 0;
    const soon = () => {
      clearTimeout(waiting);
      waiting = window.setTimeout(() => this.answer(), PAUSE);
    };
    this.form.addEventListener("input", soon);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(waiting);
      this.answer();
      document.getElementById("answer-h")?.focus();
    });
  }
}

const form = document.querySelector("form[data-calculator]");
const place = document.getElementById("answer");
const words = document.getElementById("audit-words")?.textContent;
if (form instanceof HTMLFormElement && place && words) new Calculator(form, place, JSON.parse(words)).listen();
