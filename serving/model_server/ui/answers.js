// What the model has said about a clip, by time.

const BLEND_SECONDS = 0.25; // between answers so close, what lies between is mixed
const REACH_SECONDS = 0.45; // an answer holds so far from its own time

/**
 * Where a sound comes from in a picture.
 * @typedef {Object} Answer
 * @property {number} time in seconds.
 * @property {number[][]} heatmap in 0..1, rows from the top.
 * @property {number} score probability that picture and sound correspond.
 * @property {number[]} box ymin, xmin, ymax, xmax in 0..1: the part that the map covers.
 */

/** Answers in order of time. */
export class Answers {
  /** @type {Answer[]} */
  list = [];

  /** @param {Answer} answer replaces one of the same time. */
  add(answer) {
    const place = this.#place(answer.time);
    this.list.splice(place, this.list[place]?.time === answer.time ? 1 : 0, answer);
  }

  /** @returns {?Answer} what holds at a time: an answer, or the mixture of two. */
  at(time) {
    const place = this.#place(time);
    const [before, after] = [this.list[place - 1], this.list[place]];
    if (after?.time === time) return after;
    if (before && after && after.time - before.time <= BLEND_SECONDS) {
      return blend(before, after, (time - before.time) / (after.time - before.time));
    }
    const distance = (answer) => (answer ? Math.abs(answer.time - time) : Infinity);
    const nearest = distance(before) <= distance(after) ? before : after;
    return distance(nearest) <= REACH_SECONDS ? nearest : null;
  }

  #place(time) {
    let [low, high] = [0, this.list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.list[middle].time < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The place of the map's greatest value: x and y in 0..1 of the picture, and the value. */
export function peakOf({ heatmap, box }) {
  let peak = { value: -1, x: 0, y: 0 };
  heatmap.forEach((row, i) =>
    row.forEach((value, j) => {
      if (value <= peak.value) return;
      const y = box[0] + ((i + 0.5) / heatmap.length) * (box[2] - box[0]);
      const x = box[1] + ((j + 0.5) / row.length) * (box[3] - box[1]);
      peak = { value, x, y };
    }),
  );
  return peak;
}

function blend(a, b, share) {
  const mix = (x, y) => x + (y - x) * share;
  return {
    time: mix(a.time, b.time),
    heatmap: a.heatmap.map((row, i) => row.map((value, j) => mix(value, b.heatmap[i][j]))),
    score: mix(a.score, b.score),
    box: a.box,
  };
}
