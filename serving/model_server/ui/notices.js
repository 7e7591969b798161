// What the page has to say to people.

import { make } from "./dom.js";

/** Messages below the title; each kind of message is there once at most. */
export class Notices {
  #place;

  /** @param {HTMLElement} place a live region, so that screen readers hear of changes. */
  constructor(place) {
    this.#place = place;
  }

  /**
   * Shows a message in place of the one of its kind.
   * @param {string} kind what it is about.
   * @param {string} text
   * @param {boolean} isBad whether something failed.
   */
  show(kind, text, isBad = false) {
    if (this.#of(kind)?.querySelector("p").textContent === text) return;
    this.clear(kind);
    const dismiss = make("button", { textContent: "Dismiss" });
    const notice = make(
      "div",
      { className: isBad ? "notice bad" : "notice", "data-kind": kind },
      make("p", { textContent: text }),
      dismiss,
    );
    dismiss.addEventListener("click", () => notice.remove());
    this.#place.append(notice);
  }

  /** Takes messages of these kinds away. */
  clear(...kinds) {
    for (const kind of kinds) this.#of(kind)?.remove();
  }

  #of(kind) {
    return [...this.#place.children].find((notice) => notice.dataset.kind === kind);
  }
}
