// Paints heat maps over pictures, as models/heat_map_painter.py does; a test compares them.

import { peakOf } from "./answers.js";
import { scale } from "./bicubic.js";
import { INFERNO } from "./inferno.js";

const SIZE = 128; // pixels on a side to which a map is enlarged before it gets its colours
const DIMMED = 0.5; // of what the map does not cover

/** The greatest opacity that `ots localise` uses. */
export const USUAL_OPACITY = 0.8;

/** Paints maps. */
export class HeatMapPainter {
  #canvas = new OffscreenCanvas(SIZE, SIZE);

  /**
   * Paints over a picture that fills a canvas; what the model did not see is dimmed.
   * @param {CanvasRenderingContext2D} context cleared.
   * @param {import("./answers.js").Answer} answer
   * @param {number} opacity of the brightest colour, 0..1.
   * @param {number} brightest value of the map that gets it.
   */
  paint(context, answer, opacity, brightest) {
    const { width, height } = context.canvas;
    const [ymin, xmin, ymax, xmax] = answer.box;
    const [left, top] = [Math.round(xmin * width), Math.round(ymin * height)];
    const [right, bottom] = [Math.round(xmax * width), Math.round(ymax * height)];
    context.fillStyle = `rgb(0 0 0 / ${Math.min(1, opacity / USUAL_OPACITY) * DIMMED})`;
    context.beginPath();
    context.rect(0, 0, width, height);
    context.rect(left, top, right - left, bottom - top);
    context.fill("evenodd");
    this.#colour(answer.heatmap, opacity, brightest);
    context.imageSmoothingQuality = "high";
    context.drawImage(this.#canvas, left, top, right - left, bottom - top);
  }

  /** Marks the place of the greatest value. */
  mark(context, answer) {
    const { width, height } = context.canvas;
    const { x, y } = peakOf(answer);
    const arm = Math.max(6, Math.min(width, height) / 40);
    for (const [colour, line] of [
      ["rgb(0 0 0 / 0.6)", arm / 2],
      ["#fff", arm / 5],
    ]) {
      context.strokeStyle = colour;
      context.lineWidth = line;
      context.lineCap = "round";
      context.beginPath();
      context.moveTo(x * width - arm, y * height);
      context.lineTo(x * width + arm, y * height);
      context.moveTo(x * width, y * height - arm);
      context.lineTo(x * width, y * height + arm);
      context.stroke();
    }
  }

  #colour(heatmap, opacity, brightest) {
    const context = this.#canvas.getContext("2d");
    const image = context.createImageData(SIZE, SIZE);
    const size = [heatmap[0].length, heatmap.length];
    scale(heatmap.flat(), size, [SIZE, SIZE], 1).forEach((value, i) => {
      const level = Math.round(255 * Math.max(0, Math.min(1, value / brightest)));
      image.data.set(INFERNO.subarray(3 * level, 3 * level + 3), 4 * i);
      image.data[4 * i + 3] = Math.round(255 * opacity * (level / 255) ** 0.75);
    });
    context.putImageData(image, 0, 0);
  }
}
