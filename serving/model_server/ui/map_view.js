// The canvas over the pictures, and the figures below.

import { peakOf } from "./answers.js";
import { fit } from "./dom.js";
import { HeatMapPainter } from "./heat_map.js";

const NOTHING = (threshold) =>
  "Nothing in the picture makes this sound, as far as the model can tell: the score is below " +
  `${threshold.toFixed(2)}, from which on it takes a sound to come from something in the picture.`;

/** Shows answers of the model. */
export class MapView {
  #painter = new HeatMapPainter();
  #canvas;
  #score;
  #peak;
  #opacity;
  #brightest;
  #verdict;
  threshold = null; // score from which on something in the picture makes the sound, if known

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLElement} score
   * @param {HTMLElement} peak
   * @param {HTMLInputElement} opacity in percent.
   * @param {HTMLSelectElement} brightest value of a map that gets the brightest colour.
   * @param {HTMLElement} verdict gets words where nothing in the picture makes the sound.
   */
  constructor(canvas, score, peak, opacity, brightest, verdict) {
    this.#canvas = canvas;
    this.#score = score;
    this.#peak = peak;
    this.#opacity = opacity;
    this.#brightest = brightest;
    this.#verdict = verdict;
  }

  /**
   * @param {?import("./answers.js").Answer} answer null for none.
   * @param {?ImageBitmap} picture to paint below; null for none.
   */
  show(answer, picture = null) {
    fit(this.#canvas);
    const context = this.#canvas.getContext("2d");
    const { width, height } = this.#canvas;
    context.clearRect(0, 0, width, height);
    if (picture) context.drawImage(picture, 0, 0, width, height);
    const isBelow = answer !== null && this.threshold !== null && answer.score < this.threshold;
    const opacity = this.#opacity.valueAsNumber / 100;
    if (answer && opacity > 0) {
      this.#painter.paint(context, answer, opacity, Number(this.#brightest.value));
      if (!isBelow) this.#painter.mark(context, answer);
    }
    const words = isBelow ? NOTHING(this.threshold) : "";
    if (this.#verdict.textContent !== words) this.#verdict.textContent = words;
    this.#score.textContent = answer ? answer.score.toFixed(2) : "–";
    this.#peak.textContent = answer ? peakOf(answer).value.toFixed(2) : "–";
  }
}
