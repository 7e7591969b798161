// Plays the video of a found moment, where the server has it.

import { byId, clock } from "./dom.js";

const BEFORE_SECONDS = 0.5; // the second of sound begins so much before its frame

/** A dialog over the page. */
export class FoundDialog {
  #dialog = byId("found");
  #video = byId("found-video");
  #hint = byId("found-hint");

  constructor() {
    this.#video.addEventListener("error", () => {
      if (!this.#video.hasAttribute("src")) return; // it was closed
      this.#hint.textContent =
        "It cannot be played: there is no such file below a folder of --ui_media, or this " +
        "browser has no decoder for it.";
    });
    this.#dialog.addEventListener("close", () => {
      this.#video.removeAttribute("src");
      this.#video.load();
    });
  }

  /** @param {{id: string, time: number}} item */
  show({ id, time }) {
    const video = this.#video;
    byId("found-title").textContent = `${id} at ${clock(time)}`;
    this.#hint.textContent = "";
    video.onloadedmetadata = () => {
      video.currentTime = Math.max(0, time - BEFORE_SECONDS);
      video.play().catch(() => {}); // the browser wants a click first
    };
    video.src = `media?${new URLSearchParams({ id })}`;
    this.#dialog.showModal();
  }
}
