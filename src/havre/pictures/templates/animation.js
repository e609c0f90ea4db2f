// Draws each day on the maps and into the tables. Nothing is loaded: the data stand in the page.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const slider = byId("day");
const last = data.days.length - 1;
const BUSIEST = 8;
const WHOLE_RUN = 30000; // Milliseconds from the first to the last day.
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
let language = "en";
let frame = last;
let timer = null;
let formats = {};

// Writing in the chosen language.
const setFormats = () => {
  formats = {
    number: new Intl.NumberFormat(language),
    percent: new Intl.NumberFormat(language, { style: "percent" }),
    // Day, month, year in both languages.
    day: new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }),
  };
};
const small = () => (language === "fr" ? `<\u00a0${data.threshold}` : `<${data.threshold}`);
const percent = (share) => {
  const below = share > 0 && share < 0.01;
  return `${below ? (language === "fr" ? "<\u00a0" : "<") : ""}${formats.percent.format(below ? 0.01 : share)}`;
};
const people = (count) => (count === -1 ? small() : formats.number.format(count));
const word = (name) => document.querySelector(`[data-kind="${name}"] [data-language="${language}"]`).textContent;
const dateOf = (at) => {
  const day = new Date(`${data.start}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + data.days[at]);
  return formats.day.format(day);
};
const drawn = (count) => (count === -1 ? data.threshold / 2 : count);

// A place is a conflict zone from the first of its frames to the second, from the third to the fourth, and so on.
const kindAt = (row, at) => {
  const kind = data.kinds[row];
  if (kind === "camp" || data.conflict === null) return kind;
  const begun = data.conflict[row].filter((change) => change <= at).length;
  if (begun % 2 === 1) return "conflict";
  return kind === "conflict" ? "town" : kind;
};

// Maps: what does not change is in the page already.
const maps = [...document.querySelectorAll("svg.map")].map((svg) => {
  const radius = Number(svg.dataset.radius);
  const widest = Number(svg.dataset.widest);
  const byRow = (selector) => [...svg.querySelectorAll(selector)].map((element) => ({ element, row: Number(element.dataset.row) }));
  const links = [...svg.querySelectorAll(".links > g")].map((group) => {
    const line = group.querySelector("line");
    const [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map((name) => Number(line.getAttribute(name)));
    const length = Math.max(Math.hypot(x2 - x1, y2 - y1), 0.01);
    return { group, line, head: group.querySelector("path"), x1, y1, x2, y2, length, across: (x2 - x1) / length, down: (y2 - y1) / length };
  });
  return { radius, widest, links, circles: byRow("circle"), signs: byRow(".signs path"), figures: byRow("text.figure") };
});

const drawLink = (link, count, map) => {
  link.group.toggleAttribute("hidden", count === 0);
  if (count === 0) return;
  const width = Math.max(map.widest * Math.min(drawn(count) / data.widest, 1), map.widest / 12);
  // Beside the road, on the right of those who walk it.
  const beside = width / 2 + 0.4;
  const [right, under] = [-link.down * beside, link.across * beside];
  link.line.setAttribute("stroke-width", width.toFixed(2));
  link.line.setAttribute("transform", `translate(${right.toFixed(2)} ${under.toFixed(2)})`);
  const long = Math.min(3 + 0.7 * width, 0.3 * link.length);
  link.head.toggleAttribute("hidden", width < map.widest / 10);
  const x = link.x1 + 0.58 * (link.x2 - link.x1) + right;
  const y = link.y1 + 0.58 * (link.y2 - link.y1) + under;
  const angle = (Math.atan2(link.down, link.across) * 180) / Math.PI;
  link.head.setAttribute("d", "M1,0L-0.6,0.75L-0.6,-0.75Z");
  link.head.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${angle.toFixed(1)}) scale(${long.toFixed(2)})`);
};

const drawMap = (map) => {
  const counts = data.people[frame];
  for (const { element, row } of map.circles) {
    element.setAttribute("r", (map.radius * Math.sqrt(drawn(counts[row]) / data.most)).toFixed(1));
    element.setAttribute("class", kindAt(row, frame));
  }
  for (const { element, row } of map.signs) {
    element.setAttribute("class", kindAt(row, frame));
    element.setAttribute("d", data.signs[kindAt(row, frame)]);
  }
  for (const { element, row } of map.figures) element.textContent = people(counts[row]);
  map.links.forEach((link, index) => drawLink(link, data.flows[frame][index], map));
};

// Tables: rows are made once, cells are filled for each day.
const cell = (row, name, text, className) => {
  const made = row.appendChild(document.createElement(name));
  if (name === "th") made.scope = "row";
  if (className) made.className = className;
  made.textContent = text;
  return made;
};
const hasCounted = data.counted !== null;
const campRows = data.camps.map((place, camp) => {
  const row = byId("camps").tBodies[0].insertRow();
  cell(row, "th", data.names[place]);
  const simulated = cell(row, "td", "", "figure");
  const counted = hasCounted ? cell(row, "td", "", "figure") : null;
  const limit = cell(row, "td", "", "figure");
  return { place, camp, simulated, counted, limit };
});
const others = data.names.map((_, place) => place).filter((place) => data.kinds[place] !== "camp");
const otherRows = others.map((place) => {
  const row = byId("places").tBodies[0].insertRow();
  cell(row, "th", data.names[place]);
  return { place, kind: cell(row, "td", ""), simulated: cell(row, "td", "", "figure") };
});
const under = (parent, text) => {
  parent.appendChild(document.createElement("small")).textContent = text;
};

const fillCamp = ({ place, camp, simulated, counted, limit }) => {
  const count = data.people[frame][place];
  simulated.textContent = people(count);
  if (data.low !== null) under(simulated, `(${people(data.low[frame][camp])} – ${people(data.high[frame][camp])})`);
  if (counted) {
    const known = data.counted[frame][camp];
    counted.textContent = known === null ? "–" : people(known);
  }
  const capacity = data.capacities[place];
  const written = data.written[place];
  const told = capacity ?? written;
  limit.textContent = told === null ? "" : formats.number.format(told);
  if (capacity === null) under(limit, word(written === null ? "no_limit" : "limit_lost"));
  if (!capacity) return;
  const share = drawn(count) / capacity;
  // A share of a small count would tell the count.
  if (count !== -1) under(limit, percent(share));
  const bar = limit.appendChild(document.createElement("span"));
  bar.className = "bar-of";
  bar.appendChild(document.createElement("span")).style.width = `${Math.min(100 * share, 100).toFixed(1)}%`;
};

const fillTables = () => {
  campRows.forEach(fillCamp);
  for (const { place, kind, simulated } of otherRows) {
    kind.textContent = word(kindAt(place, frame));
    simulated.textContent = people(data.people[frame][place]);
  }
  const flows = data.flows[frame];
  const busiest = [...flows.keys()].filter((link) => flows[link] !== 0);
  busiest.sort((one, other) => drawn(flows[other]) - drawn(flows[one]) || one - other);
  const body = byId("busiest").tBodies[0];
  body.replaceChildren();
  for (const link of busiest.slice(0, BUSIEST)) {
    const row = body.insertRow();
    cell(row, "td", data.names[data.links[link][0]]);
    cell(row, "td", data.names[data.links[link][1]]);
    cell(row, "td", people(flows[link]), "figure");
  }
  byId("nobody").hidden = busiest.length > 0;
};

const show = (at) => {
  frame = Math.min(Math.max(at, 0), last);
  slider.value = String(frame);
  slider.setAttribute("aria-valuetext", dateOf(frame));
  byId("date").textContent = dateOf(frame);
  if (data.displaced !== null) byId("displaced").textContent = formats.number.format(data.displaced[frame]);
  maps.forEach(drawMap);
  fillTables();
};

// Playing: with reduced motion in about 24 steps, one a second.
const stop = () => {
  if (timer === null) return;
  clearTimeout(timer);
  timer = null;
  document.body.classList.remove("playing");
  byId("status").textContent = `${word("paused")}: ${dateOf(frame)}`;
};
const advance = () => {
  show(frame + (calm.matches ? Math.max(1, Math.ceil(data.days.length / 24)) : 1));
  if (frame === last) stop();
  else wait();
};
const wait = () => {
  const pause = calm.matches ? 1000 : Math.min(Math.max(WHOLE_RUN / data.days.length, 50), 500);
  timer = setTimeout(advance, pause);
};
const play = () => {
  if (frame === last) show(0);
  byId("status").textContent = "";
  document.body.classList.add("playing");
  wait();
};
const step = (to) => {
  stop();
  show(to);
};
byId("play").addEventListener("click", () => (timer === null ? play() : stop()));
byId("first").addEventListener("click", () => step(0));
byId("back").addEventListener("click", () => step(frame - 1));
byId("forward").addEventListener("click", () => step(frame + 1));
slider.addEventListener("input", () => step(Number(slider.value)));
document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); });
window.addEventListener("beforeprint", stop);

// The language: as the page's address says, else as the page was asked for, else as the reader prefers.
const choices = [...document.querySelectorAll('input[name="language"]')];
const known = (code) => choices.some((choice) => choice.value === code);
const choose = (code, keep) => {
  language = code;
  choices.forEach((choice) => { choice.checked = choice.value === code; });
  document.documentElement.lang = code;
  if (keep) history.replaceState(null, "", `#${code}`);
  setFormats();
  show(frame);
};
const asked = () => location.hash.slice(1);
choices.forEach((choice) => choice.addEventListener("change", () => choose(choice.value, true)));
window.addEventListener("hashchange", () => { if (known(asked())) choose(asked(), false); });
byId("no-script").hidden = true;
document.querySelectorAll(".controls, .needs-script").forEach((element) => { element.hidden = false; });
const preferred = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(known);
choose(known(asked()) ? asked() : data.language ?? preferred ?? "en", false);
