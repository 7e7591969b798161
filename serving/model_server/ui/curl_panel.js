// Shows requests as commands that can be pasted into a shell.

import { make } from "./dom.js";

const KEPT = 30;

/** The last requests; the newest is shown until another is chosen. */
export class CurlPanel {
  #panel;
  #choice;
  #text;
  #files;
  #server;
  #requests = [];
  #count = 0;
  #shown = "";
  #urls = [];

  /**
   * @param {import("./server.js").Server} server whose requests are shown.
   * @param {{panel: HTMLDetailsElement, choice: HTMLSelectElement, copy: HTMLButtonElement,
   *   text: HTMLElement, files: HTMLElement}} elements
   */
  constructor(server, { panel, choice, copy, text, files }) {
    this.#server = server;
    this.#panel = panel;
    this.#choice = choice;
    this.#text = text;
    this.#files = files;
    server.addEventListener("request", ({ detail }) => this.#add(detail));
    choice.addEventListener("change", () => this.#showChosen());
    panel.addEventListener("toggle", () => this.#showAll());
    panel.addEventListener("pointerleave", () => this.#showAll());
    copy.addEventListener("click", () => this.#copy(copy));
    // The command and its files belong together: who takes one of them wants the others.
    for (const part of [copy, text, files]) {
      part.addEventListener("click", () => (this.#choice.value = this.#shown));
    }
    this.#showAll();
  }

  #add(request) {
    this.#requests.unshift({ ...request, number: String(++this.#count), at: new Date() });
    this.#requests.length = Math.min(this.#requests.length, KEPT);
    // What one is looking at stays.
    if (!this.#panel.matches(":hover, :focus-within")) this.#showAll();
  }

  #showAll() {
    if (!this.#panel.open) return;
    const chosen = this.#choice.value;
    const newest = make("option", { value: "", textContent: "the newest" });
    const options = this.#requests.map(({ number, at, title }) =>
      make("option", { value: number, textContent: `${at.toLocaleTimeString()}  ${title}` }),
    );
    this.#choice.replaceChildren(newest, ...options);
    this.#choice.value = this.#requests.some(({ number }) => number === chosen) ? chosen : "";
    this.#showChosen();
  }

  #showChosen() {
    this.#shown = this.#choice.value || (this.#requests[0]?.number ?? "");
    const request = this.#requests.find(({ number }) => number === this.#shown);
    this.#urls.forEach((url) => URL.revokeObjectURL(url));
    this.#urls = [];
    if (!request) {
      this.#text.textContent = "No request yet.";
      this.#files.textContent = "none";
      return;
    }
    const { text, files } = curlOf(request, this.#server.token !== "");
    this.#text.textContent = text;
    const links = [...files].map(([name, blob]) => {
      const url = URL.createObjectURL(blob);
      this.#urls.push(url);
      return make("a", { href: url, download: name, textContent: name });
    });
    this.#files.replaceChildren(...links.flatMap((link) => [link, " "]));
  }

  async #copy(button) {
    const text = this.#text.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      // Not over plain http: then it is selected, to be copied by hand.
      getSelection().selectAllChildren(this.#text);
      button.textContent = "Selected: press Ctrl-C";
    }
    setTimeout(() => (button.textContent = "Copy"), 2500);
  }
}

/**
 * A request as a command; of several instances, the first.
 * @returns {{text: string, files: Map<string, Blob>}} files that the command reads.
 */
function curlOf({ url, signature, instances }, hasToken) {
  const files = new Map();
  const value = (name, given) => {
    if (Array.isArray(given)) return given.map((one, i) => value(`${name}_${i}`, one));
    if (!(given instanceof Blob)) return given;
    const file = given.type === "image/jpeg" ? `${name}.jpg` : `${name}.wav`;
    files.set(file, given);
    return { b64: `$(base64 -w0 ${file})` };
  };
  const called = { image: "frame", audio: "sound" };
  const entries = Object.entries(instances[0]);
  const instance = Object.fromEntries(
    entries.map(([name, given]) => [name, value(called[name] ?? name, given)]),
  );
  const lines = [
    `curl '${url.replaceAll("'", "%27")}' \\`,
    ...(hasToken ? ['  -H "Authorization: Bearer $TOKEN" \\'] : []),
    "  -d @- <<END",
    `{"signature_name": ${JSON.stringify(signature)},`,
    ` "instances": [${spaced(instance)}]}`,
    "END",
  ];
  if (instances.length > 1) lines.unshift(`# the first of ${instances.length} in this request`);
  if (hasToken) lines.unshift("# TOKEN is the server's token: TOKEN=$(cat FILE)");
  return { text: `${lines.join("\n")}\n`, files };
}

/** JSON with the spaces that people put. */
function spaced(value) {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, one]) => `"${key}": ${spaced(one)}`);
  return `{${pairs.join(", ")}}`;
}
