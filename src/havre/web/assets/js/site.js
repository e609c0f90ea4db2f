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

/** The links to the other language lead to where the reader is now, also after a slider changed the address. */
function keepThePlace() {
  const links = [...document.querySelectorAll(".switch a")].filter((link) => link instanceof HTMLAnchorElement);
  const follow = () => {
    for (const link of links) link.href = new URL(link.href).pathname + location.search + location.hash;
  };
  for (const name of /** @type {const} */ (["replaceState", "pushState"])) {
    const change = history[name].bind(history);
    history[name] = (...told) => {
      change(...told);
      follow();
    };
  }
  addEventListener("hashchange", follow);
  addEventListener("popstate", follow);
  follow();
}

keepThePlace();
sendFormsAtOnce();
showWhatNeedsScripts();
