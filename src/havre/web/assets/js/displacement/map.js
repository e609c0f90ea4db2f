// @ts-check
/** Lets the circles of the map follow the day that is chosen; the same rule as havre/web/charts/camp_map.py. */

const [LARGEST, LEAST] = [34, 4];

/**
 * @param {number} people
 * @param {number} most
 * @returns {number} radius of a circle in px
 */
export function radius(people, most) {
  return most > 0 ? Math.max(LEAST, LARGEST * Math.sqrt(people / most)) : LEAST;
}

function start() {
  const [form, source] = [document.querySelector("[data-map-form]"), document.getElementById("map-data")];
  const slider = document.getElementById("day");
  if (!form || !source || !(slider instanceof HTMLInputElement)) return;
  /** @type {{ people: number[][], days: string[], caption: string, language: string }} */
  const data = JSON.parse(source.textContent ?? "{}");
  const whole = new Intl.NumberFormat(data.language, { maximumFractionDigits: 0 });
  const most = Math.max(0, ...data.people.flat());
  document.querySelector("[data-map-go]")?.setAttribute("hidden", "");
  form.addEventListener("submit", (event) => event.preventDefault());
  const show = () => {
    const day = Number(slider.value);
    const name = data.days[day];
    for (const circle of document.querySelectorAll(".camp-map [data-place]")) {
      const people = data.people[day][Number(circle.getAttribute("data-place"))];
      circle.setAttribute("r", radius(people, most).toFixed(1));
    }
    for (const cell of document.querySelectorAll("[data-people]")) {
      cell.textContent = whole.format(data.people[day][Number(cell.getAttribute("data-people"))]);
    }
    const told = data.caption.replace("{day}", name);
    const output = document.getElementById("day-name");
    if (output) output.textContent = name;
    slider.setAttribute("aria-valuetext", name);
    const caption = document.getElementById("map-caption");
    if (caption) caption.textContent = told;
    for (const title of document.querySelectorAll(".camp-map > title")) title.textContent = told;
  };
  slider.addEventListener("input", show);
  slider.setAttribute("aria-valuetext", data.days[Number(slider.value)]);
}

start();
