// The camera and the microphone, localised as they go.

import { toAnswer } from "./localiser.js";
import { jpegOf } from "./picture.js";
import { Sound, wavFile } from "./sound.js";

const EVERY_MS = 100; // a frame
const HALF_SECOND = 0.5; // of sound must have come behind a frame before it can be asked about
const KEPT_SECONDS = 2.5;

/**
 * A running camera.
 *
 * What is shown is as late as its answer: half a second and the time that the model takes. Events:
 * `answer`, with `{answer, picture, late}` in `detail`: the picture is an ImageBitmap that is
 * closed at the next one, `late` is in seconds; `problem`, with the error, after which the camera
 * is off.
 */
export class LiveCamera extends EventTarget {
  #server;
  #model;
  #video;
  #stream;
  #context;
  #frames = []; // {time, picture}: seconds of the recording
  #blocks = [];
  #recorded = 0; // samples
  #timer;
  #isAsking = false;
  #moment = null;

  /** Whether browsers let this page have a camera: over https and from this machine only. */
  static get isAllowed() {
    return window.isSecureContext && Boolean(navigator.mediaDevices?.getUserMedia);
  }

  /**
   * Starts it; the browser asks for permission.
   * @param {import("./server.js").Server} server
   * @param {import("./models.js").Model} model that looks at single frames.
   * @param {HTMLVideoElement} video to show it in.
   * @throws {Error} with words for people.
   */
  static async start(server, model, video) {
    const camera = new LiveCamera();
    camera.#server = server;
    camera.#model = model;
    camera.#video = video;
    try {
      // Sounds as they are: what is made for talking would take all else for noise.
      const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
      camera.#stream = await navigator.mediaDevices.getUserMedia({ video: true, audio });
    } catch (error) {
      const words = {
        NotAllowedError: "The browser was not allowed to use the camera and the microphone.",
        NotFoundError: "There is no camera with a microphone here.",
      };
      throw new Error(words[error.name] ?? `The camera cannot be used: ${error.message}`);
    }
    try {
      await camera.#start();
    } catch (error) {
      camera.close();
      throw new Error(`The camera cannot be used: ${error.message}`);
    }
    return camera;
  }

  /**
   * What was last answered about, for a search.
   * @returns {?{picture: ImageBitmap, sound: Sound}} the sound around it, 1 s long.
   */
  get moment() {
    return this.#moment;
  }

  /** Turns it off. */
  close() {
    clearInterval(this.#timer);
    this.#timer = null;
    this.#stream.getTracks().forEach((track) => track.stop());
    this.#context?.close();
    this.#frames.forEach(({ picture }) => picture.close());
    this.#frames = [];
    this.#video.srcObject = null;
  }

  async #start() {
    this.#video.srcObject = this.#stream;
    this.#video.muted = true;
    await this.#video.play();
    this.#context = new AudioContext();
    await this.#context.audioWorklet.addModule("recorder.js");
    const recorder = new AudioWorkletNode(this.#context, "recorder");
    recorder.port.onmessage = ({ data }) => this.#hear(data);
    this.#context.createMediaStreamSource(this.#stream).connect(recorder);
    recorder.connect(this.#context.destination); // silent; what leads nowhere is not run
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  #hear(block) {
    this.#blocks.push(block);
    this.#recorded += block.length;
    while (this.#blocks.length * block.length > KEPT_SECONDS * this.#context.sampleRate) {
      this.#blocks.shift();
    }
  }

  async #look() {
    const time = this.#recorded / this.#context.sampleRate;
    const picture = await createImageBitmap(this.#video);
    if (this.#timer === null) return picture.close();
    this.#frames.push({ time, picture });
    if (!this.#isAsking) this.#ask();
  }

  /** Asks about the newest frame whose sound is all there. */
  async #ask() {
    const now = this.#recorded / this.#context.sampleRate;
    const ready = this.#frames.filter(({ time }) => time + HALF_SECOND <= now);
    const chosen = ready.at(-1);
    if (!chosen) return;
    this.#isAsking = true;
    this.#frames = this.#frames.slice(ready.length);
    ready.slice(0, -1).forEach(({ picture }) => picture.close());
    try {
      const sound = this.#around(chosen.time);
      const { sampleRate } = this.#model;
      const instance = {
        image: await jpegOf(chosen.picture, this.#model.imageSize),
        audio: wavFile(sound.second(HALF_SECOND, sampleRate), sampleRate),
      };
      const options = { title: "localise, live" };
      const [found] = await this.#server.predict(
        { name: this.#model.name },
        "localise",
        [instance],
        options,
      );
      if (this.#timer === null) return;
      this.#moment?.picture.close();
      this.#moment = { picture: chosen.picture, sound };
      const detail = {
        answer: toAnswer(chosen.time, found),
        picture: chosen.picture,
        late: this.#recorded / this.#context.sampleRate - chosen.time,
      };
      this.dispatchEvent(new CustomEvent("answer", { detail }));
    } catch (error) {
      if (this.#timer === null) return;
      this.close();
      this.dispatchEvent(new CustomEvent("problem", { detail: error }));
    } finally {
      this.#isAsking = false;
    }
  }

  /** The second around a time of the recording. */
  #around(time) {
    const rate = this.#context.sampleRate;
    const kept = this.#blocks.reduce((sum, block) => sum + block.length, 0);
    const first = Math.round((time - HALF_SECOND) * rate) - (this.#recorded - kept);
    const samples = new Float32Array(rate);
    let at = -first;
    for (const block of this.#blocks) {
      const [from, to] = [Math.max(0, -at), Math.min(block.length, rate - at)];
      if (from < to) samples.set(block.subarray(from, to), at + from);
      at += block.length;
    }
    return new Sound([samples], rate);
  }
}
