// @ts-check
// Small comforts of every page. Everything can be read without them.

/** A field, a choice or a range inside `form[data-go]` sends its form at once; the button for it is then not needed. */
function sendFormsAtOnce() {
  for (const form of document.querySelectorAll("form[data-go]")) {
    if (!(form instanceof HTMLFormElement)) continue;
    for (const button of form.querySelectorAll("[data-go-button]")) button.setAttribute("hidden", "");
    form.addEventListener("change", () => form.requestSubmit());
  }
}

/** Buttons that need a script are there from the beginning, and shown only now. */
function showWhatNeedsScripts() {
  for (const element of document.querySelectorAll("[data-needs-script]")) element.removeAttribute("hidden");
}

sendFormsAtOnce();
showWhatNeedsScripts();
