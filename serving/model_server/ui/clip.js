// A video file: what is played of it, its frames at any time, and its sound.

import { FRAME_SECONDS } from "./models.js";
import { jpegOf } from "./picture.js";
import { Sound } from "./sound.js";

const SEEK_TIMEOUT_MS = 15_000;
const PAINT_TIMEOUT_MS = 300; // no frame comes where the same one is shown before and after
const FAR_SECONDS = 1e7; // beyond any end

/** The browser cannot show this file. */
export class NotPlayableError extends Error {}

/** An open video file. */
export class Clip {
  #url;
  #scout;
  #sound = null;
  #last = Promise.resolve();

  /**
   * Opens a file.
   * @param {File} file
   * @param {HTMLVideoElement} video to play it in.
   * @throws {NotPlayableError}
   */
  static async open(file, video) {
    const clip = new Clip();
    clip.file = file;
    clip.video = video;
    clip.#url = URL.createObjectURL(file);
    // Frames for the model are taken of a second element, so that the first can play meanwhile.
    clip.#scout = document.createElement("video");
    clip.#scout.muted = true;
    try {
      await Promise.all([load(video, clip.#url), load(clip.#scout, clip.#url)]);
      if (!Number.isFinite(video.duration)) await findDuration(video);
    } catch (error) {
      clip.close();
      throw error;
    }
    return clip;
  }

  /** In seconds. */
  get duration() {
    return this.video.duration;
  }

  /** Seconds from the beginning to what is shown. */
  get time() {
    return this.video.currentTime;
  }

  /**
   * The picture at a time as a model takes it.
   * @param {number} time in seconds.
   * @param {import("./models.js").Model} model
   * @returns {Promise<Blob|Blob[]>} a JPEG, or those of all frames.
   */
  picture(time, model) {
    // One after the other: there is one element to seek in.
    const taken = this.#last.then(async () => {
      if (model.frames === 1) return jpegOf(await this.#seek(time), model.imageSize);
      const jpegs = [];
      for (let i = 0; i < model.frames; i++) {
        const at = time + (i - (model.frames - 1) / 2) * FRAME_SECONDS;
        jpegs.push(await jpegOf(await this.#seek(at), model.imageSize));
      }
      return jpegs;
    });
    this.#last = taken.catch(() => {});
    return taken;
  }

  /**
   * The sound of the whole file.
   * @returns {Promise<Sound>}
   * @throws {import("./sound.js").NoSoundError}
   */
  sound() {
    this.#sound ??= Sound.decode(this.file);
    return this.#sound;
  }

  /** Lets the file go. */
  close() {
    for (const element of [this.video, this.#scout]) {
      if (element.src !== this.#url) continue; // another clip is in it
      element.removeAttribute("src");
      element.load();
    }
    URL.revokeObjectURL(this.#url);
  }

  async #seek(time) {
    const scout = this.#scout;
    const at = Math.max(0, Math.min(time, this.duration - 1e-3));
    if (scout.currentTime !== at || scout.readyState < scout.HAVE_CURRENT_DATA) {
      const painted = nextFrame(scout);
      await settled(scout, "seeked", () => (scout.currentTime = at));
      await Promise.race([painted, delay(PAINT_TIMEOUT_MS)]);
    }
    return scout;
  }
}

/** A busy browser says that it has sought before it paints the frame: a canvas would get the last one. */
function nextFrame(video) {
  if (!video.requestVideoFrameCallback) return Promise.resolve();
  return new Promise((resolve) => video.requestVideoFrameCallback(resolve));
}

function delay(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function load(video, url) {
  await settled(video, "loadeddata", () => {
    video.src = url;
    video.preload = "auto";
    video.load();
  });
  // Some browsers play the sound of a file whose pictures they cannot decode.
  if (!video.videoWidth) throw new NotPlayableError("no pictures");
}

/** Recordings of browsers do not say how long they are, until one looks for their end. */
async function findDuration(video) {
  await settled(video, "durationchange", () => (video.currentTime = FAR_SECONDS));
  await settled(video, "seeked", () => (video.currentTime = 0));
}

/** Waits for an event after an action, or for what stands in its way. */
function settled(video, event, action) {
  return new Promise((resolve, reject) => {
    const end = (outcome, value) => {
      clearTimeout(timer);
      video.removeEventListener(event, succeed);
      video.removeEventListener("error", fail);
      outcome(value);
    };
    const succeed = () => end(resolve);
    const fail = () => end(reject, new NotPlayableError(video.error?.message || "not playable"));
    const timer = setTimeout(fail, SEEK_TIMEOUT_MS);
    video.addEventListener(event, succeed);
    video.addEventListener("error", fail);
    action();
  });
}
