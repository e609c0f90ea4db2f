// @ts-check
/** Follows a run by server-sent events; once it is over the page is loaded anew, with the result. */

const place = document.getElementById("run-state");
const bar = document.getElementById("run-progress");
const address = place?.getAttribute("data-events");

/**
 * @param {{ state: string, waiting_before: number, progress: { done: number, of: number } }} told
 * @returns {string}
 */
function sentence({ state, waiting_before, progress }) {
  const text = (/** @type {string} */ name) => place?.getAttribute(`data-${name}`) ?? "";
  if (state === "waiting") return text("waiting").replace("{before}", String(waiting_before));
  if (state !== "running") return text("done");
  if (!progress.of || !progress.done) return text("starting");
  const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
  return text("running").replace("{share}", percent.format(Math.min(1, progress.done / progress.of)));
}

if (place && address) {
  const source = new EventSource(address);
  source.addEventListener("state", (event) => {
    const told = JSON.parse(event.data);
    if (!["waiting", "running"].includes(told.state)) {
      source.close();
      location.reload();
      return;
    }
    place.textContent = sentence(told);
    if (bar instanceof HTMLProgressElement && told.progress.of && told.progress.done) {
      bar.value = Math.min(1, told.progress.done / told.progress.of);
    }
  });
  // Without events, by looking again.
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
  });
}
