// @ts-check
// The answer to a contest: a remedy is asked for only where it is not rejected.

const form = document.getElementById("answer-form");
const remedy = form?.querySelector("[data-remedy]");

/** Show the remedies unless the outcome is a rejection. */
function showRemedies() {
  const chosen = form?.querySelector('input[name="outcome"]:checked');
  if (remedy instanceof HTMLFieldSetElement) {
    remedy.disabled = chosen instanceof HTMLInputElement && chosen.value === "rejected";
    remedy.hidden = remedy.disabled;
  }
}

form?.addEventListener("change", showRemedies);
showRemedies();
