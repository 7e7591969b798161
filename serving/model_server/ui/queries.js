// What one can search with.

import { clock } from "./dom.js";
import { jpegOf, sizeOf } from "./picture.js";
import { NoSoundError, Sound } from "./sound.js";

const PREVIEW_SIDE = 160; // pixels

/**
 * Each makes a query for an index; see `Query` in search_panel.js. They throw errors with words for
 * people where a file cannot be used.
 * @typedef {import("./models.js").Model} Model
 */

/** The moment that a clip shows, and the sound around it, if it has any. */
export async function queryOfClip(clip, /** @type {Model} */ model) {
  const time = clip.time;
  const [preview, picture, second] = await Promise.all([
    jpegOf(clip.video, PREVIEW_SIDE),
    clip.picture(time, model),
    clip.sound().then(
      (sound) => sound.second(time, model.sampleRate),
      () => null,
    ),
  ]);
  return { name: `${clip.file.name} at ${clock(time)}`, picture, preview, second };
}

/** What the live camera has shown last. */
export async function queryOfCamera({ moment }, /** @type {Model} */ model) {
  // At once: the next answer takes the picture away.
  const [preview, picture] = await Promise.all([
    jpegOf(moment.picture, PREVIEW_SIDE),
    model.frames === 1 ? jpegOf(moment.picture, model.imageSize) : null,
  ]);
  const second = moment.sound.second(moment.sound.seconds / 2, model.sampleRate);
  return { name: "the live camera", picture, preview, second };
}

/** An image file. */
export async function queryOfImage(file, /** @type {Model} */ model) {
  if (model.frames > 1) {
    throw new Error(`This index takes ${model.frames} frames as a picture: search with a video.`);
  }
  const image = new Image();
  const url = URL.createObjectURL(file);
  try {
    image.src = url;
    await image.decode();
  } catch {
    throw new Error(`This browser cannot show ${file.name}.`);
  } finally {
    URL.revokeObjectURL(url);
  }
  if (!sizeOf(image).every(Boolean)) throw new Error(`${file.name} does not say its size.`);
  const sides = [PREVIEW_SIDE, model.imageSize];
  const [preview, picture] = await Promise.all(sides.map((side) => jpegOf(image, side)));
  return { name: file.name, picture, preview, second: null };
}

/** The middle of a sound file. */
export async function queryOfSound(file, /** @type {Model} */ model) {
  let sound;
  try {
    sound = await Sound.decode(file);
  } catch (error) {
    if (!(error instanceof NoSoundError)) throw error;
    throw new Error(`This browser cannot decode the sound of ${file.name}.`);
  }
  const middle = sound.seconds / 2;
  const name = `${file.name}, the second around ${clock(middle)}`;
  return { name, picture: null, preview: null, second: sound.second(middle, model.sampleRate) };
}
