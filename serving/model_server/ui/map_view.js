// The canvas over the pictures, and the figures below.

import { peakOf } from "./answers.js";
import { fit } from "./dom.js";
import { HeatMapPainter } from "./heat_map.js";

/** Shows answers of the model. */
export class MapView {
  #painter = new HeatMapPainter();
  #canvas;
  #score;
  #peak;
  #opacity;
  #brightest;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLElement} score
   * @param {HTMLElement} peak
   * @param {HTMLInputElement} opacity in percent.
   * @param {HTMLSelectElement} brightest value of a map that gets the brightest colour.
   */
  constructor(canvas, score, peak, opacity, brightest) {
    this.#canvas = canvas;
    this.#score = score;
    this.#peak = peak;
    this.#opacity = opacity;
    this.#brightest = brightest;
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
    const opacity = this.#opacity.valueAsNumber / 100;
    if (answer && opacity > 0) {
      this.#painter.paint(context, answer, opacity, Number(this.#brightest.value));
      this.#painter.mark(context, answer);
    }
    this.#score.textContent = answer ? answer.score.toFixed(2) : "–";
    this.#peak.textContent = answer ? peakOf(answer).value.toFixed(2) : "–";
  }
}
