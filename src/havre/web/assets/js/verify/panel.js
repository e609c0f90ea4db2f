// @ts-check
/**
 * The part of a page by which a reader has a release or the log verified, and sees each check.
 * @typedef {{kind: "release" | "log", id: string, files: string, log: string, key: string, origin: string,
 *   witnesses: string[], texts: Record<string, string>}} Facts what the page hands over
 * @typedef {Pick<import("./release.js").AskedRelease, "first" | "ownKeys" | "witnesses" | "people" | "needed">} Keys
 * @typedef {import("./notes.js").Checkpoint} Checkpoint
 * @typedef {import("./checks.js").Verdict} Verdict
 */

import { lacking } from "./crypto.js";
import { filesAt } from "./fetching.js";
import { forget, recall, remember } from "./memory.js";
import { COSIGNATURE, parseKey } from "./notes.js";
import { Refused } from "./refused.js";
import { verifyLogAlone, verifyRelease } from "./release.js";
import { say, sayRefused } from "./words.js";

/** @template {Element} T @param {string} id @param {new () => T} kind @returns {T} */
function found(id, kind) {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) {
    throw new TypeError(`no ${kind.name} #${id}`);
  }
  return element;
}

/** @returns {Storage | null} null where the browser lets nothing be kept */
function store() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

class Panel {
  /** @param {Facts} facts */
  constructor(facts) {
    this.facts = facts;
    this.form = found("verify-form", HTMLFormElement);
    this.button = found("verify-start", HTMLButtonElement);
    this.keep = found("verify-remember", HTMLInputElement);
    this.kept = found("verify-kept", HTMLElement);
    this.verdict = found("verify-verdict", HTMLElement);
    this.list = found("verify-checks", HTMLOListElement);
    this.result = found("verify-result", HTMLElement);
    this.limits = found("verify-limits", HTMLUListElement);
    this.since = found("verify-since", HTMLUListElement);
    this.evidence = found("verify-evidence", HTMLElement);
  }

  begin() {
    this.keep.checked = recall(store(), this.facts.origin) !== null;
    this.keep.addEventListener("change", () => {
      if (!this.keep.checked) {
        forget(store(), this.facts.origin);
        this.kept.textContent = this.say("verify.forgotten");
      }
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run().catch((error) => this.stopped(error));
    });
  }

  async run() {
    this.button.disabled = true;
    this.clear();
    try {
      const lacks = await lacking();
      if (lacks) {
        this.tell("warning", this.say(`verify.lacking.${lacks}`));
        return;
      }
      const { verdict, checkpoint } = await this.verified();
      this.show(verdict, checkpoint);
    } finally {
      this.button.disabled = false;
      this.button.textContent = this.say("verify.again");
    }
  }

  /** @returns {Promise<{verdict: Verdict, checkpoint: Checkpoint | null}>} */
  async verified() {
    const { facts } = this;
    const remembered = recall(store(), facts.origin);
    const asked = { log: filesAt(facts.log), origin: facts.origin, remembered, ...(await this.keys()) };
    /** @param {import("./checks.js").Check} check */
    const tell = (check) => this.check(check);
    if (facts.kind === "log") {
      return verifyLogAlone(asked, tell);
    }
    return verifyRelease({ ...asked, release: filesAt(facts.files), id: facts.id }, tell);
  }

  /** @returns {Promise<Keys>} those of the page, or those that the reader gave */
  async keys() {
    const [own, witnesses, people] = ["key", "witnesses", "people"].map((name) => this.lines(name));
    const first = await parseKey(own[0] ?? this.facts.key);
    const texts = witnesses.length ? witnesses : this.facts.witnesses;
    return {
      first,
      ownKeys: own.length > 0,
      witnesses: await Promise.all(texts.map((text) => parseKey(text, COSIGNATURE))),
      people: await Promise.all(people.map((text) => parseKey(text))),
      needed: witnesses.length ? 1 : 0,
    };
  }

  /** @param {string} name of a field @returns {string[]} its lines that hold something */
  lines(name) {
    const field = this.form.elements.namedItem(name);
    const text = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement ? field.value : "";
    return text.split("\n").map((line) => line.trim()).filter(Boolean);
  }

  clear() {
    this.list.replaceChildren();
    this.limits.replaceChildren();
    this.evidence.replaceChildren();
    this.since.replaceChildren();
    this.since.parentElement?.setAttribute("hidden", "");
    this.evidence.parentElement?.setAttribute("hidden", "");
    this.limits.parentElement?.setAttribute("hidden", "");
    this.verdict.textContent = "";
    this.verdict.className = "";
    this.result.hidden = false;
  }

  /** @param {import("./checks.js").Check} check */
  check(check) {
    const id = `verify-check-${check.id}`;
    const item = document.getElementById(id) ?? this.list.appendChild(element("li", "", { id }));
    item.dataset.state = check.state;
    const state = element("span", this.say(`verify.state.${check.state}`), { className: "pill" });
    const title = element("strong", this.say(`verify.name.${check.id}`));
    const head = element("p", "", { className: "check-name" });
    head.append(state, " ", title);
    const told = element("p", this.say(`verify.check.${check.id}.${check.state}`, check.fields));
    const problems = check.problems.map((each) => element("li", sayRefused(this.facts.texts, each)));
    const list = element("ul", "", { className: "problems" });
    list.append(...problems);
    item.replaceChildren(head, told, ...(problems.length ? [list] : []));
  }

  /** @param {Verdict} verdict @param {Checkpoint | null} checkpoint */
  show(verdict, checkpoint) {
    const fields = { id: this.facts.id, size: checkpoint?.size ?? 0 };
    const passed = this.say(`verify.passed_${this.facts.kind}`, fields);
    this.tell(verdict.passed ? "success" : "warning", verdict.passed ? passed : this.say("verify.failed"));
    this.since.replaceChildren(...verdict.since.map((each) => element("li", this.say(each.key, each.fields))));
    this.since.parentElement?.toggleAttribute("hidden", !verdict.since.length);
    this.limits.replaceChildren(...verdict.limits.map((each) => element("li", this.say(each.key, each.fields))));
    this.limits.parentElement?.toggleAttribute("hidden", !verdict.limits.length);
    this.evidence.replaceChildren(...verdict.evidence.map((each) => element("pre", each, { tabIndex: 0 })));
    this.evidence.parentElement?.toggleAttribute("hidden", !verdict.evidence.length);
    if (verdict.passed && checkpoint && this.keep.checked) {
      const kept = remember(store(), checkpoint, new Date()) ? "remembered" : "not_kept";
      this.kept.textContent = this.say(`verify.${kept}`, { size: checkpoint.size });
    }
  }

  /** @param {"success" | "warning"} kind @param {string} text */
  tell(kind, text) {
    this.verdict.className = kind;
    this.verdict.textContent = text;
  }

  /** @param {unknown} error what kept the checks from being run, such as a key that is none */
  stopped(error) {
    const reason = error instanceof Refused ? sayRefused(this.facts.texts, error) : String(error);
    this.tell("warning", this.say("verify.stopped", { reason }));
  }

  /** @param {string} key @param {Record<string, import("./refused.js").Field>} [fields] @returns {string} */
  say(key, fields = {}) {
    return say(this.facts.texts, key, fields);
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} N
 * @param {N} name
 * @param {string} text
 * @param {Partial<HTMLElementTagNameMap[N]>} [facts]
 * @returns {HTMLElementTagNameMap[N]}
 */
function element(name, text, facts = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  return Object.assign(made, facts);
}

const facts = JSON.parse(document.getElementById("verify-facts")?.textContent ?? "null");
if (facts) {
  new Panel(facts).begin();
}
