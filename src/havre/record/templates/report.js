// Chooses the language at the start, and keeps the reader's place when it changes. Without it the page works too:
// the style sheet shows the language that is chosen.
(() => {
  "use strict";
  const choices = [...document.querySelectorAll('input[name="language"]')];
  const places = "section[id], h3[id], figure[id], .card[id], details[id], table caption[id]";
  const known = (language) => choices.some((choice) => choice.value === language);
  const fromHash = () => location.hash.slice(1).split("-")[0];
  const choose = (language) => choices.forEach((choice) => { choice.checked = choice.value === language; });
  let shown = "en";

  // The last place that begins above the text that is being read, and how far from the window's top it lies.
  const placeOf = (language) => {
    const all = [...document.getElementById(language).querySelectorAll(places)].filter((element) => element.getClientRects().length > 0);
    const above = all.filter((element) => element.getBoundingClientRect().top <= 100);
    if (window.scrollY < 40 || above.length === 0) return null;
    const element = above[above.length - 1];
    return { name: element.id.slice(language.length + 1), top: element.getBoundingClientRect().top };
  };

  const syncDetails = (from, to) => {
    for (const details of document.querySelectorAll(`#${from} details[id]`)) {
      const twin = document.getElementById(to + details.id.slice(from.length));
      if (twin) twin.open = details.open;
    }
  };

  const show = (language, keepPlace) => {
    const before = shown;
    let place = null;
    if (keepPlace && before !== language) {
      choose(before);
      place = placeOf(before);
      syncDetails(before, language);
    }
    choose(language);
    shown = language;
    document.documentElement.lang = language;
    const twin = place && document.getElementById(`${language}-${place.name}`);
    if (twin) window.scrollBy({ top: twin.getBoundingClientRect().top - place.top, behavior: "instant" });
    if (keepPlace) history.replaceState(null, "", `#${language}${place ? `-${place.name}` : ""}`);
  };

  const openHash = () => {
    const language = fromHash();
    if (!known(language)) return;
    show(language, false);
    const target = document.getElementById(location.hash.slice(1));
    if (target && location.hash.length > 3) target.scrollIntoView();
  };

  choices.forEach((choice) => choice.addEventListener("change", () => show(choice.value, true)));
  window.addEventListener("hashchange", openHash);
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll(`#${shown} details`).forEach((details) => { details.open = true; });
  });
  const preferred = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(known);
  show(preferred ?? "en", false);
  openHash();
})();
