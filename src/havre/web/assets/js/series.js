// @ts-check
// The page of a series: links to releases, months and scenarios become a slider that changes the view in place.
// Without this script they are links, and lead to the same.
import { clamped, paramsWith } from "./series/steps.js";

/** @typedef {{ href: string, text: string, current: boolean }} Step */

/** @param {HTMLElement} box @returns {Step[]} */
function stepsOf(box) {
  return [...box.querySelectorAll("a")].map((link) => ({
    href: link.href,
    text: [link.textContent ?? "", link.dataset.text ?? ""].map((part) => part.replace(/\s+/g, " ").trim())
      .filter((part, place, all) => part !== "" && !(place === 1 && all[0].includes(part))).join(": "),
    current: link.hasAttribute("aria-current"),
  }));
}

/**
 * Puts the view of another address in the place of the one that is there.
 * @param {string} address
 * @param {string} name identifier of the view
 * @param {AbortSignal} signal
 */
async function show(address, name, signal) {
  const view = document.getElementById(name);
  if (view === null) return;
  view.setAttribute("aria-busy", "true");
  const answer = await fetch(address, { signal });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.getElementById(name);
  if (found === null) throw new Error(name);
  view.replaceChildren(...[...found.childNodes].map((node) => document.importNode(node, true)));
  view.removeAttribute("aria-busy");
}

/** @param {HTMLElement} box an element with `data-steps`: the identifier of the view that its links change */
function slide(box) {
  const steps = stepsOf(box);
  const name = box.dataset.steps ?? "";
  if (steps.length < 2 || document.getElementById(name) === null) return;
  let at = Math.max(0, steps.findIndex((step) => step.current));
  const id = `${name}-slider`;

  const label = document.createElement("label");
  label.htmlFor = id;
  label.textContent = box.dataset.label ?? "";
  const range = document.createElement("input");
  Object.assign(range, { type: "range", id, min: "0", max: String(steps.length - 1), step: "1", value: String(at) });
  const told = document.createElement("output");
  told.htmlFor.add(id);
  const buttons = ["‹", "›"].map((sign, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = sign;
    button.setAttribute("aria-label", `${label.textContent}: ${sign === "‹" ? "−1" : "+1"}`);
    button.addEventListener("click", () => go(at + (place === 0 ? -1 : 1)));
    return button;
  });
  const slider = document.createElement("div");
  slider.className = "steps no-print";
  slider.append(label, buttons[0], range, buttons[1], told);

  const say = () => {
    told.textContent = steps[at].text;
    range.setAttribute("aria-valuetext", steps[at].text);
    range.value = String(at);
    buttons[0].disabled = at === 0;
    buttons[1].disabled = at === steps.length - 1;
  };
  let last = new AbortController();
  /** @param {number} to */
  const go = (to) => {
    at = clamped(to, steps.length);
    say();
    last.abort();
    last = new AbortController();
    const own = new URL(steps[at].href);
    // The other choices of the reader stay as they are now, also where another slider changed them since.
    const address = paramsWith(new URL(location.href), own, box.dataset.names?.split(" ") ?? []);
    show(address, name, last.signal).then(
      () => history.replaceState(null, "", address),
      (error) => {
        if (error.name !== "AbortError") location.assign(steps[at].href);
      },
    );
  };
  let waiting = 0;
  range.addEventListener("input", () => {
    at = clamped(Number(range.value), steps.length);
    say();
    clearTimeout(waiting);
    waiting = setTimeout(() => go(at), 120);
  });
  say();
  for (const list of box.querySelectorAll("nav")) list.hidden = true;
  box.append(slider);
}

for (const box of document.querySelectorAll("[data-steps]")) if (box instanceof HTMLElement) slide(box);
