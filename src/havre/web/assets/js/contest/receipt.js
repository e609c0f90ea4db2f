// @ts-check
// The receipt of a contest: a button that prints it, and one that copies it. It is nowhere stored.

/** Print the page where its button asks for it. */
function printOnDemand() {
  for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
}

/** Copy the text of an element where its button asks for it, and say so. */
function copyOnDemand() {
  const said = document.querySelector("[data-said]");
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!(button instanceof HTMLButtonElement)) continue;
    const text = document.getElementById(button.dataset.copy ?? "")?.textContent ?? "";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.trim());
      button.textContent = button.dataset.done ?? "";
      if (said) said.textContent = button.dataset.done ?? "";
    });
  }
}

printOnDemand();
copyOnDemand();
