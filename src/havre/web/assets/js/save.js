// @ts-check
/**
 * Each chart and map can be saved as a picture that stands by itself: SVG, or PNG drawn by the browser. Nothing is sent.
 *
 * What is saved looks as it does on the page now, with its title, its legend, what the page says about its figures as a
 * whole (a demonstration, a release that nobody reviewed), and the address where figures, sources and licences stand.
 */

const SVG = "http://www.w3.org/2000/svg";
/** Properties that style sheets give to marks; a file has no style sheet, so they are written into it. */
const LOOKS = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap",
  "stroke-linejoin", "opacity", "paint-order", "font-family", "font-size", "font-weight", "text-anchor", "display",
];
const MARGIN = 14;
const LINE = 18;
/** Width of a letter of the title and of the small print, about [SVG units]. */
const LETTER = { title: 12, small: 6.9 };
const PNG_WIDTH = 1600;
const NARROWEST = 420;

/** @param {string} name @param {Record<string, string | number>} told @param {string} [text] @returns {SVGElement} */
function element(name, told, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(told)) made.setAttribute(key, String(value));
  if (text) made.textContent = text;
  return made;
}

/** @param {string} text @param {number} letters @returns {string[]} */
export function linesOf(text, letters) {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    if (lines[lines.length - 1] && lines[lines.length - 1].length + word.length >= letters) lines.push("");
    lines[lines.length - 1] = `${lines[lines.length - 1]} ${word}`.trim();
  }
  return lines;
}

/** @param {string} title @returns {string} */
export function fileName(title) {
  const plain = title.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 80) || "havre";
}

/** The drawing of a figure that can be seen: some have one for wide screens and one for narrow ones.
 * @param {Element} figure @returns {SVGSVGElement | null} */
function shown(figure) {
  const all = [...figure.querySelectorAll("svg:not(.spark)")];
  const found = all.find((svg) => svg.getClientRects().length > 0 && !svg.closest("details"));
  return found instanceof SVGSVGElement ? found : null;
}

/** @param {Element} figure @param {SVGSVGElement} svg @returns {string} */
function titleOf(figure, svg) {
  const named = document.getElementById((svg.getAttribute("aria-labelledby") || "").split(" ")[0]);
  const label = svg.getAttribute("aria-label") || named?.textContent || svg.querySelector("title")?.textContent;
  const heading = figure.closest("section, article, .card")?.querySelector("h2, h3");
  return (label || heading?.textContent || document.title).trim().replace(/\s+/g, " ");
}

/** Copies a drawing with its looks, and with what it refers to elsewhere on the page.
 * @param {SVGSVGElement} svg @returns {SVGSVGElement} */
function alone(svg) {
  const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true));
  const pairs = [...svg.querySelectorAll("*")].map((from, at) => [from, copy.querySelectorAll("*")[at]]);
  for (const [from, to] of pairs) {
    const look = getComputedStyle(from);
    // As attributes: the policy of the site allows no styles in marks.
    for (const name of LOOKS) to.setAttribute(name, look.getPropertyValue(name));
    to.removeAttribute("class");
  }
  for (const use of copy.querySelectorAll("use")) {
    const meant = document.getElementById((use.getAttribute("href") || "").slice(1));
    if (!meant || svg.contains(meant)) continue;
    const path = /** @type {SVGElement} */ (meant.cloneNode(true));
    path.removeAttribute("id");
    for (const name of LOOKS) path.setAttribute(name, use.getAttribute(name) || "");
    use.replaceWith(path);
  }
  for (const link of copy.querySelectorAll("a")) link.replaceWith(...link.childNodes);
  return copy;
}

/** @param {Element} figure @param {number} width @returns {{marks: SVGElement[], height: number}} */
function legendOf(figure, width) {
  /** @type {SVGElement[]} */
  const marks = [];
  let [x, y] = [MARGIN, LINE];
  for (const item of figure.querySelectorAll(".legend li")) {
    const key = item.querySelector(".key");
    const text = (item.textContent || "").trim();
    const wide = 28 + LETTER.small * text.length + 16;
    if (x > MARGIN && x + wide > width) [x, y] = [MARGIN, y + LINE];
    if (key) marks.push(keyMark(getComputedStyle(key), x, y));
    marks.push(element("text", { x: x + 28, y, "font-size": 12.5 }, text));
    x += wide;
  }
  return { marks, height: marks.length ? y + 8 : 0 };
}

/** @param {CSSStyleDeclaration} look @param {number} x @param {number} y @returns {SVGElement} */
function keyMark(look, x, y) {
  const isLine = parseFloat(look.height) <= parseFloat(look.borderTopWidth);
  const dashed = look.borderTopStyle === "dashed";
  const stroke = parseFloat(look.borderTopWidth) > 0 ? look.borderTopColor : "none";
  const round = look.borderRadius.endsWith("%") ? 5 : 0;
  return isLine
    ? element("path", { d: `M${x} ${y - 4}h22`, stroke, "stroke-width": 2.5, "stroke-dasharray": dashed ? "5 3" : "none" })
    : element("rect", { x, y: y - 10, width: round ? 10 : 22, height: 10, rx: round, fill: look.backgroundColor, stroke });
}

/** What goes with every picture: what must be known about the figures of the page, and where they stand.
 * @returns {string[]} */
function told() {
  const notes = [...document.querySelectorAll("main aside.notice p")].map((note) => {
    const copy = /** @type {Element} */ (note.cloneNode(true));
    for (const link of copy.querySelectorAll("a")) link.remove();
    return (copy.textContent || "").trim().replace(/\s+/g, " ");
  });
  return [...notes.filter(Boolean), document.title, location.href];
}

/** @param {Element} figure @param {SVGSVGElement} svg @returns {{svg: SVGElement, width: number, height: number, title: string}} */
export function standing(figure, svg) {
  const { x, y, width: own, height: tall } = svg.viewBox.baseVal;
  const width = Math.max(own, NARROWEST);
  const title = titleOf(figure, svg);
  const page = getComputedStyle(document.body);
  const [ink, ground] = [page.color, page.getPropertyValue("--card").trim() || page.backgroundColor];
  const head = linesOf(title, (width - 2 * MARGIN) / LETTER.title);
  const foot = told().flatMap((text) => linesOf(text, (width - 2 * MARGIN) / LETTER.small));
  const legend = legendOf(figure, width);
  const top = 26 * head.length + 12;
  const height = top + tall + legend.height + LINE * foot.length + MARGIN;
  const whole = element("svg", { xmlns: SVG, viewBox: `0 0 ${width} ${height}`, width, height, "xml:lang": document.documentElement.lang });
  whole.setAttribute("font-family", page.fontFamily);
  whole.setAttribute("fill", ink);
  whole.append(element("title", {}, title), element("rect", { width, height, fill: ground }));
  head.forEach((line, at) => whole.append(element("text", { x: MARGIN, y: 26 * (at + 1), "font-size": 19, "font-weight": 600 }, line)));
  const drawing = alone(svg);
  for (const name of ["class", "id", "aria-label", "aria-labelledby", "aria-describedby", "role"]) drawing.removeAttribute(name);
  for (const [name, value] of Object.entries({ x: (width - own) / 2, y: top, width: own, height: tall, viewBox: `${x} ${y} ${own} ${tall}` })) {
    drawing.setAttribute(name, String(value));
  }
  const sea = getComputedStyle(svg).backgroundColor;
  if (sea !== "rgba(0, 0, 0, 0)") whole.append(element("rect", { x: (width - own) / 2, y: top, width: own, height: tall, fill: sea }));
  const group = element("g", { transform: `translate(0,${top + tall})` });
  group.append(...legend.marks);
  whole.append(drawing, group);
  foot.forEach((line, at) => whole.append(element("text", { x: MARGIN, y: top + tall + legend.height + LINE * (at + 1), "font-size": 12.5, fill: ink }, line)));
  return { svg: whole, width, height, title };
}

/** @param {string} text @param {number} width @param {number} height @returns {Promise<Blob>} */
async function drawn(text, width, height) {
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const scale = Math.max(2, PNG_WIDTH / width);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.round(scale * width), Math.round(scale * height)];
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((give, fail) => canvas.toBlob((blob) => (blob ? give(blob) : fail(new Error("no picture"))), "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** @param {Blob} blob @param {string} name */
function hand(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** @param {Element} figure @param {string} kind */
async function save(figure, kind) {
  const svg = shown(figure);
  if (!svg) return;
  const made = standing(figure, svg);
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(made.svg)}\n`;
  const blob = kind === "png" ? await drawn(text, made.width, made.height) : new Blob([text], { type: "image/svg+xml" });
  hand(blob, `${fileName(made.title)}.${kind}`);
}

/** @param {HTMLElement} main */
function offerAll(main) {
  for (const figure of main.querySelectorAll("figure")) {
    const svg = figure.querySelector(":scope > .saving") ? null : shown(figure);
    if (!svg || svg.viewBox.baseVal.width === 0) continue;
    const row = document.createElement("p");
    row.className = "saving";
    row.append(`${main.dataset.save} `);
    for (const kind of ["svg", "png"]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = kind.toUpperCase();
      button.setAttribute("aria-label", `${main.dataset.save} ${kind.toUpperCase()} – ${titleOf(figure, svg)}`);
      button.addEventListener("click", () => void save(figure, kind));
      row.append(button, " ");
    }
    figure.append(row);
  }
}

const main = document.querySelector("main[data-save]");
if (main instanceof HTMLElement) {
  offerAll(main);
  // Calculators draw anew at each answer; what is drawn later is offered too.
  let isDue = false;
  new MutationObserver(() => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      offerAll(main);
    });
  }).observe(main, { childList: true, subtree: true });
}
