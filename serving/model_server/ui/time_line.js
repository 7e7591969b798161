// The score over time; where one clicks, the clip goes.

import { clock, colour, fit } from "./dom.js";

const KEYS = {
  ArrowLeft: -0.1,
  ArrowDown: -0.1,
  ArrowRight: 0.1,
  ArrowUp: 0.1,
  PageDown: -5,
  PageUp: 5,
  Home: -Infinity,
  End: Infinity,
};
const GAP_SECONDS = 0.9; // no line is drawn between answers further apart

/** A slider over a curve. Event: `seek`, with the seconds in `detail`. */
export class TimeLine extends EventTarget {
  #canvas;
  #duration = 0;
  #time = 0;

  /** @param {HTMLCanvasElement} canvas with the role of a slider. */
  constructor(canvas) {
    super();
    this.#canvas = canvas;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#seekTo(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) this.#seekTo(event);
    });
    canvas.addEventListener("keydown", (event) => {
      const step = KEYS[event.key];
      if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.#seek(this.#time + step);
    });
  }

  /**
   * @param {number} duration in seconds.
   * @param {number} time what is shown.
   * @param {import("./answers.js").Answer[]} answers in order of time.
   */
  show(duration, time, answers) {
    [this.#duration, this.#time] = [duration, time];
    const canvas = this.#canvas;
    canvas.setAttribute("aria-valuemin", "0");
    canvas.setAttribute("aria-valuemax", duration.toFixed(1));
    canvas.setAttribute("aria-valuenow", time.toFixed(1));
    canvas.setAttribute("aria-valuetext", `${clock(time)} of ${clock(duration)}`);
    fit(canvas);
    const context = canvas.getContext("2d");
    const { width, height } = canvas;
    const line = height / 32;
    const x = (seconds) => (seconds / duration) * width;
    const y = (score) => height - line - score * (height - 2 * line);
    context.clearRect(0, 0, width, height);
    context.fillStyle = colour("--fill");
    context.fillRect(0, 0, width, height);
    const accent = colour("--accent");
    for (const run of runs(answers)) {
      const path = new Path2D();
      run.forEach(({ time: at, score }) => path.lineTo(x(at), y(score)));
      const area = new Path2D(path);
      area.lineTo(x(run.at(-1).time), height);
      area.lineTo(x(run[0].time), height);
      context.globalAlpha = 0.18;
      context.fillStyle = accent;
      context.fill(area);
      context.globalAlpha = 1;
      context.strokeStyle = accent;
      context.lineWidth = line;
      context.lineJoin = "round";
      context.stroke(path);
    }
    context.fillStyle = colour("--muted");
    context.font = `${height / 5}px system-ui, sans-serif`;
    context.fillText("sound fits", 3 * line, height - 4 * line);
    context.fillStyle = colour("--ink");
    context.fillRect(Math.min(x(time), width - line), 0, 1.2 * line, height);
  }

  #seekTo(event) {
    const box = this.#canvas.getBoundingClientRect();
    this.#seek(((event.clientX - box.left) / box.width) * this.#duration);
  }

  #seek(seconds) {
    this.#time = Math.max(0, Math.min(seconds, this.#duration)); // for the next key
    this.dispatchEvent(new CustomEvent("seek", { detail: this.#time }));
  }
}

/** Answers that follow each other closely. */
function runs(answers) {
  const found = [];
  let last = -Infinity;
  for (const answer of answers) {
    if (answer.time - last > GAP_SECONDS) found.push([]);
    found.at(-1).push(answer);
    last = answer.time;
  }
  return found;
}
