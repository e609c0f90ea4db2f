// @ts-check
/** The page of the planner: reads the form, computes, writes the result. Nothing of it is sent anywhere. */

import { drawArrivals } from "./arrivals.js";
import { curveParts } from "./chart.js";
import { FIELDS, filled, fromFragment, readPlace, toFragment } from "./form.js";
import { drawOccupancy, firstFull, firstFullMonth, isFull, quantiles, withoutPlace } from "./occupancy.js";
import { Source } from "./random.js";

/** @import { Occupancy } from "./occupancy.js" */

const LEVELS = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975];
const WAIT_MS = 150;

/** @param {string} id @returns {HTMLElement} */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const data = JSON.parse(byId("planner-data").textContent ?? "{}");
/** @type {Record<string, string>} */
const words = data.texts;
const whole = new Intl.NumberFormat(data.language, { maximumFractionDigits: 0 });
const exact = new Intl.NumberFormat(data.language, { maximumFractionDigits: 3 });
const percent = new Intl.NumberFormat(data.language, { style: "percent", maximumFractionDigits: 0 });
/** @type {Float64Array[] | null} */
let arrivals = null;

/** @param {number} count */
const number = (count) => (count > 0 && count < 0.5 ? data.below_one : whole.format(count));

/** @param {number} share */
function chance(share) {
  if (share < 0.01) return words["result.below"];
  return share > 0.99 ? words["result.above"] : percent.format(share);
}

/** @param {string} name @returns {HTMLInputElement | HTMLSelectElement} */
const field = (name) => /** @type {HTMLInputElement} */ (byId(name));
const entered = () => Object.fromEntries(FIELDS.map((name) => [name, field(name).value]));

/** @param {Record<string, string>} faults */
function showFaults(faults) {
  for (const name of FIELDS) {
    const place = document.getElementById(`fault-${name}`);
    if (place) {
      place.textContent = faults[name] ?? "";
      place.hidden = !(name in faults);
    }
    if (name in faults) field(name).setAttribute("aria-invalid", "true");
    else field(name).removeAttribute("aria-invalid");
  }
  const some = Object.keys(faults).length > 0;
  byId("result-fault").hidden = !some;
  byId("told").hidden = some;
}

/** Computes what the form says, and shows it. */
function compute() {
  const { faults, place } = readPlace(entered(), data.bounds, words, data.months);
  showFaults(faults);
  if (!place) return;
  const source = new Source(data.seed);
  arrivals ??= drawArrivals(data, data.draws, source);
  show(drawOccupancy(arrivals, place, new Source(data.seed + 1)), place.occupancy);
}

/** @param {Occupancy} made @param {number} now people there now */
function show(made, now) {
  const [full, first, without] = [isFull(made), firstFull(made), withoutPlace(made)];
  const needed = made.needed.map((row) => quantiles(row, LEVELS));
  const arrived = made.arrived.map((row) => quantiles(row, LEVELS));
  /** @param {number[]} row */
  const spread = (row) => filled(words["result.spread"], { median: number(row[3]), low: number(row[1]), high: number(row[5]) });
  byId("rows").replaceChildren(
    ...data.month_names.map((/** @type {string} */ name, /** @type {number} */ month) => {
      const cells = [spread(needed[month]), number(made.capacity[month]), number(without[month]), spread(arrived[month])];
      return tableRow(name, [chance(full[month]), chance(first[month]), ...cells]);
    }),
  );
  const half = firstFullMonth(first, 0.5);
  byId("tile-full").textContent = chance(first.reduce((sum, each) => sum + each, 0));
  byId("tile-half").textContent = half < 0 ? words["result.not_by_then"] : data.month_names[half];
  byId("tile-without").textContent = number(Math.max(...without));
  byId("summary").replaceChildren(...sentences(made, now, full, first, without).map(paragraph));
  byId("given").textContent = given();
  draw(needed, made.capacity);
}

/** @returns {string} what was entered */
function given() {
  const told = Object.fromEntries(Object.entries(entered()).map(([name, text]) => [name, exact.format(Number(text))]));
  const ends = { low: told.share_low, high: told.share_high };
  const share = ends.low === ends.high ? ends.low : filled(words["summary.share_range"], ends);
  const facts = { places: told.capacity, people: told.occupancy, stay: told.stay, share, series: data.series };
  return filled(words["summary.given"], facts);
}

/**
 * @param {Occupancy} made
 * @param {number} now
 * @param {number[]} full
 * @param {number[]} first
 * @param {number[]} without
 * @returns {string[]}
 */
function sentences(made, now, full, first, without) {
  const told = [];
  const places = Number(field("capacity").value);
  if (now >= places) told.push(filled(words["summary.already"], { people: number(now), places: number(places) }));
  const [half, sure] = [firstFullMonth(first, 0.5), firstFullMonth(first, 0.9)];
  if (half < 0) told.push(filled(words["summary.not_half"], { count: full.length }));
  else {
    told.push(filled(words["summary.half"], { month: data.month_names[half] }));
    told.push(sure < 0 ? words["summary.not_sure"] : filled(words["summary.sure"], { month: data.month_names[sure] }));
  }
  const worst = full.reduce(
    (best, chanceThen, month) =>
      chanceThen > full[best] || (chanceThen === full[best] && without[month] > without[best]) ? month : best,
    0,
  );
  const facts = { month: data.month_names[worst], chance: chance(full[worst]), without: number(without[worst]) };
  told.push(filled(words["summary.worst"], facts));
  return told;
}

/** @param {number[][]} needed quantiles by month @param {number[]} limit */
function draw(needed, limit) {
  /** @param {number} low @param {number} high @returns {[number[], number[]]} */
  const band = (low, high) => [needed.map((row) => row[low]), needed.map((row) => row[high])];
  const bands = { 95: band(0, 6), 80: band(1, 5), 50: band(2, 4) };
  for (const place of document.querySelectorAll("[data-drawing]")) {
    const svg = place.querySelector("svg");
    const inner = svg?.querySelector(".drawing");
    if (!svg || !inner) continue;
    const ticks = data.labels[place.getAttribute("data-drawing") ?? ""];
    const box = { width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height };
    inner.innerHTML = curveParts({ median: needed.map((row) => row[3]), bands, limit, ticks }, number, box);
  }
}

/** @param {string} name @param {string[]} cells */
function tableRow(name, cells) {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = name;
  row.append(head);
  cells.forEach((text, place) => {
    const cell = document.createElement("td");
    cell.className = "number";
    const inner = place === 0 ? document.createElement("strong") : null;
    if (inner) cell.append(inner);
    (inner ?? cell).textContent = text;
    row.append(cell);
  });
  return row;
}

/** @param {string} text */
function paragraph(text) {
  const made = document.createElement("p");
  made.textContent = text;
  return made;
}

/** Keeps the values in the address after the sign #, and in the links to the other language. */
function keepInAddress() {
  const fragment = `#${toFragment(entered())}`;
  history.replaceState(null, "", `${location.pathname}${location.search}${fragment}`);
  for (const link of document.querySelectorAll(".switch a")) {
    if (link instanceof HTMLAnchorElement) link.hash = fragment;
  }
}

/** @param {Record<string, string>} texts */
function fill(texts) {
  for (const [name, text] of Object.entries(texts)) field(name).value = text;
  if (texts.later_from || (texts.shape && texts.shape !== "1")) document.querySelector("#place-form details")?.setAttribute("open", "");
  byId("example").hidden = true;
}

/** @param {string} code of a region */
function fillRegion(code) {
  const known = data.regions[code];
  if (!known) return;
  const share = String(known.share);
  const told = { capacity: known.capacity, occupancy: known.occupancy, stay: known.stay, share_low: share, share_high: share };
  const texts = Object.fromEntries(Object.entries(told).map(([name, value]) => [name, String(value)]));
  fill({ ...texts, shape: "1", later_from: "", later: "" });
  if (data.is_regions_series) {
    changed();
    tellRegion(code);
  } else {
    // The shares are of another series: its page is asked for, and the values stay behind the sign #.
    const fragment = `${toFragment(entered())}&region=${encodeURIComponent(code)}`;
    location.href = `${location.pathname}?series=${encodeURIComponent(data.regions_series)}#${fragment}`;
  }
}

/** @param {string} code of the region whose values stand in the form */
function tellRegion(code) {
  const select = /** @type {HTMLSelectElement} */ (byId("region"));
  select.value = code;
  const region = select.selectedOptions[0]?.textContent ?? "";
  byId("form-status").textContent = filled(words["result.region_filled"], { region, month: data.regions[code].month });
}

/** A region chosen on the page of another series is shown as chosen here, where the reader goes on.
 * @param {string} code */
function goOnWithRegion(code) {
  if (!(code in data.regions) || !data.is_regions_series) return;
  tellRegion(code);
  byId("region").focus();
}

function changed() {
  byId("example").hidden = true;
  keepInAddress();
  compute();
}

function start() {
  const form = byId("place-form");
  let waiting = 0;
  form.addEventListener("input", (event) => {
    if (event.target instanceof HTMLSelectElement && event.target.id === "region") return;
    clearTimeout(waiting);
    waiting = window.setTimeout(changed, WAIT_MS);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    changed();
  });
  document.getElementById("region")?.addEventListener("change", (event) => {
    fillRegion(/** @type {HTMLSelectElement} */ (event.target).value);
  });
  byId("copy").addEventListener("click", async () => {
    keepInAddress();
    await navigator.clipboard.writeText(location.href);
    byId("form-status").textContent = words["result.copied"];
  });
  const series = byId("series-form");
  byId("series-go").hidden = true;
  series.addEventListener("submit", (event) => event.preventDefault());
  series.addEventListener("change", () => {
    const chosen = /** @type {HTMLSelectElement} */ (byId("series")).value;
    const kept = location.hash.length > 1 ? `#${toFragment(entered())}` : "";
    location.href = `${location.pathname}?series=${encodeURIComponent(chosen)}${kept}`;
  });
  const region = new URLSearchParams(location.hash.slice(1)).get("region") ?? "";
  takeFromAddress();
  goOnWithRegion(region);
  window.addEventListener("hashchange", takeFromAddress);
}

function takeFromAddress() {
  const texts = fromFragment(location.hash);
  if (!Object.keys(texts).length) return;
  fill(texts);
  keepInAddress();
  compute();
}

start();
