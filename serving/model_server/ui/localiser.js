// Asks the model about a clip, ahead of what is played: coarsely first, then ever more finely.

import { Answers } from "./answers.js";
import { wavFile } from "./sound.js";

const STEP_SECONDS = 0.1;
const LEVELS = [8, 4, 2, 1]; // every so many steps
const LEVEL_SECONDS = 6; // what is a level coarser is as urgent as what is so much nearer
const AHEAD_SECONDS = 60; // no further
const BATCH = 8;
const IN_FLIGHT = 2;
const RETRY_MS = 2000;

/**
 * Localises in one clip until closed.
 *
 * Events: `answer`, there are new answers; `problem`, with the error in `detail`: it waits and
 * tries again where the problem may pass, and ends otherwise; `recovered`.
 */
export class Localiser extends EventTarget {
  answers = new Answers();
  #server;
  #model;
  #clip;
  #sound;
  #steps = new Set(); // asked for
  #moments = new Set(); // exact times asked for
  #wanted = null; // the next of them
  #queue = [];
  #inFlight = 0;
  #batch = BATCH;
  #inTrouble = false;
  #stop = new AbortController();
  #wake = () => {};

  /**
   * @param {import("./server.js").Server} server
   * @param {import("./models.js").Model} model
   * @param {import("./clip.js").Clip} clip
   * @param {import("./sound.js").Sound} sound of the clip.
   */
  constructor(server, model, clip, sound) {
    super();
    this.#server = server;
    this.#model = model;
    this.#clip = clip;
    this.#sound = sound;
    this.#run().catch((error) => this.#fail(error));
  }

  /** Says that what is played has moved; paused, that very moment is wanted. */
  attend() {
    const time = this.#clip.time;
    if (this.#clip.video.paused && !this.#moments.has(time)) this.#wanted = time;
    this.#wake();
  }

  close() {
    this.#stop.abort();
    this.#wake();
  }

  async #run() {
    const { sampleRate } = this.#model;
    this.attend();
    while (!this.#stop.signal.aborted) {
      const isWanted = this.#wanted !== null;
      const time = this.#queue.length < BATCH && !this.#inTrouble ? this.#next() : null;
      if (time === null) {
        await new Promise((resolve) => (this.#wake = resolve));
        continue;
      }
      const image = await this.#clip.picture(time, this.#model);
      const audio = wavFile(this.#sound.second(time, sampleRate), sampleRate);
      const one = { time, isWanted, instance: { image, audio } };
      if (isWanted) this.#queue.unshift(one);
      else this.#queue.push(one);
      this.#send();
    }
  }

  /** The most urgent time that was not asked for; null where there is none. */
  #next() {
    if (this.#wanted !== null) {
      const time = this.#wanted;
      this.#wanted = null;
      this.#moments.add(time);
      return time;
    }
    const { time: now, duration } = this.#clip;
    let best = null;
    let least = Infinity;
    for (let step = 0; step * STEP_SECONDS < duration; step++) {
      if (this.#steps.has(step)) continue;
      const ahead = (step * STEP_SECONDS - now + duration) % duration;
      if (ahead > AHEAD_SECONDS) continue;
      const cost = ahead + LEVEL_SECONDS * LEVELS.findIndex((every) => step % every === 0);
      if (cost < least) [best, least] = [step, cost];
    }
    if (best === null) return null;
    this.#steps.add(best);
    return best * STEP_SECONDS;
  }

  #send() {
    while (this.#inFlight < IN_FLIGHT && this.#queue.length && !this.#inTrouble) {
      this.#ask(this.#queue.splice(0, this.#queue[0].isWanted ? 1 : this.#batch));
    }
  }

  async #ask(batch) {
    this.#inFlight++;
    try {
      const instances = batch.map(({ instance }) => instance);
      const options = { signal: this.#stop.signal, title: titleOf(batch) };
      const found = await this.#server.predict(
        { name: this.#model.name },
        "localise",
        instances,
        options,
      );
      batch.forEach(({ time }, i) => this.answers.add(toAnswer(time, found[i])));
      this.dispatchEvent(new Event("answer"));
    } catch (error) {
      this.#queue.unshift(...batch);
      if (error.status === 413 && batch.length > 1) this.#batch = 1;
      else this.#fail(error);
    } finally {
      this.#inFlight--;
    }
    this.#send();
    this.#wake();
  }

  #fail(error) {
    if (this.#stop.signal.aborted || this.#inTrouble) return;
    this.#inTrouble = true;
    this.dispatchEvent(new CustomEvent("problem", { detail: error }));
    if (error.isPassing) setTimeout(() => this.#tryAgain(), RETRY_MS);
    else this.close();
  }

  async #tryAgain() {
    try {
      await this.#server.models();
    } catch (error) {
      if (error.isPassing) setTimeout(() => this.#tryAgain(), RETRY_MS);
      else this.close();
      return;
    }
    if (this.#stop.signal.aborted) return;
    this.#inTrouble = false;
    this.dispatchEvent(new Event("recovered"));
    this.#send();
    this.#wake();
  }
}

/**
 * Leaves out cells that only fill up a batch of pictures of many shapes.
 * @returns {import("./answers.js").Answer}
 */
export function toAnswer(time, { heatmap, score, crop_box: box }) {
  const rows = Math.round(heatmap.length / Math.max(box[2], 1));
  const columns = Math.round(heatmap[0].length / Math.max(box[3], 1));
  const inside = heatmap.slice(0, rows).map((row) => row.slice(0, columns));
  return { time, heatmap: inside, score, box: box.map((edge) => Math.min(edge, 1)) };
}

function titleOf(batch) {
  const [first, last] = [batch[0], batch.at(-1)].map(({ time }) => time.toFixed(2));
  if (batch.length === 1) return `localise at ${first} s`;
  return `localise, ${batch.length} moments to ${last} s`;
}
