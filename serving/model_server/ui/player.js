// Plays a clip under its heat map.

import { clock, takesKeys } from "./dom.js";

const ICONS = {
  play: "M7 4.5v15l13-7.5z",
  pause: "M6 4.5h4.5v15H6zM13.5 4.5H18v15h-4.5z",
  sound: "M4 9v6h4l5 4.5v-15L8 9zM15.5 8.2v7.6a4.2 4.2 0 0 0 0-7.6z",
  mute: "M4 9v6h4l5 4.5v-15L8 9zM16 9.5l5 5m0-5l-5 5",
};

/** Buttons, keys, time line and heat map of the clip that is open. Event: `move`, also on pause. */
export class Player extends EventTarget {
  #elements;
  #view;
  #timeLine;
  #clip = null;
  #answers = null;
  #isStale = false;

  /**
   * @param {{video: HTMLVideoElement, play: HTMLButtonElement, mute: HTMLButtonElement,
   *   clock: HTMLElement}} elements
   * @param {import("./map_view.js").MapView} view
   * @param {import("./time_line.js").TimeLine} timeLine
   */
  constructor(elements, view, timeLine) {
    super();
    this.#elements = elements;
    this.#view = view;
    this.#timeLine = timeLine;
    const { video, play, mute } = elements;
    play.addEventListener("click", () => this.#toggle());
    mute.addEventListener("click", () => (video.muted = !video.muted));
    timeLine.addEventListener("seek", ({ detail }) => (video.currentTime = detail));
    for (const event of ["play", "pause", "volumechange", "ended"]) {
      video.addEventListener(event, () => this.#showButtons());
    }
    for (const event of ["play", "pause", "seeked", "timeupdate"]) {
      video.addEventListener(event, () => this.#move());
    }
    document.addEventListener("keydown", (event) => {
      if (event.key !== " " || !this.#clip || takesKeys(event.target)) return;
      event.preventDefault();
      this.#toggle();
    });
    this.#showButtons();
    const tick = () => {
      if (this.#clip && (this.#isStale || !video.paused)) this.#show();
      requestAnimationFrame(tick);
    };
    tick();
  }

  /**
   * Shows a clip.
   * @param {?import("./clip.js").Clip} clip null for none.
   * @param {?import("./answers.js").Answers} answers null where the model is not asked.
   */
  open(clip, answers) {
    this.#clip = clip;
    this.#answers = answers;
    this.refresh();
  }

  /** Shows anew what may have changed. */
  refresh() {
    this.#isStale = true;
  }

  #toggle() {
    const { video } = this.#elements;
    if (video.paused) video.play().catch(() => {}); // a new file came between
    else video.pause();
  }

  #move() {
    if (!this.#clip) return;
    this.refresh();
    this.dispatchEvent(new Event("move"));
  }

  #show() {
    this.#isStale = false;
    const { time, duration } = this.#clip;
    this.#view.show(this.#answers?.at(time) ?? null);
    this.#timeLine.show(duration, time, this.#answers?.list ?? []);
    this.#elements.clock.textContent = clock(time);
  }

  #showButtons() {
    const { video, play, mute } = this.#elements;
    setIcon(play, video.paused ? "play" : "pause", video.paused ? "Play" : "Pause");
    setIcon(mute, video.muted ? "mute" : "sound", "Mute");
    mute.setAttribute("aria-pressed", String(video.muted));
  }
}

function setIcon(button, icon, label) {
  const namespace = "http://www.w3.org/2000/svg";
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", ICONS[icon]);
  if (icon === "mute") path.setAttribute("stroke", "currentColor");
  const picture = document.createElementNS(namespace, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  picture.append(path);
  button.replaceChildren(picture);
  button.setAttribute("aria-label", label);
}
