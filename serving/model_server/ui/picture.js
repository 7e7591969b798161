// Pictures as models see them: JPEGs whose short side is just what the model scales them to.

import { scale } from "./bicubic.js";

const QUALITY = 0.95; // as ingest stores frames

/**
 * @param {HTMLVideoElement|HTMLImageElement|ImageBitmap} source
 * @param {number} shortSide in pixels.
 * @returns {Promise<Blob>} a JPEG.
 */
export function jpegOf(source, shortSide) {
  const [width, height] = sizeOf(source);
  const least = Math.min(width, height);
  // Even, as in ingest.
  const even = (side) => 2 * Math.max(1, Math.round((side * shortSide) / least / 2));
  const size = [even(width), even(height)];
  const pixels = pixelsOf(source, size);
  const scaled = scale(pixels.data, [pixels.width, pixels.height], size, 4);
  const canvas = makeCanvas(size);
  const image = new ImageData(Uint8ClampedArray.from(scaled), ...size);
  canvas.getContext("2d").putImageData(image, 0, 0);
  return new Promise((resolve, reject) => {
    const done = (blob) => (blob ? resolve(blob) : reject(new Error("no picture could be made")));
    canvas.toBlob(done, "image/jpeg", QUALITY);
  });
}

/** Width and height of a source of pictures, in pixels. */
export function sizeOf(source) {
  return [
    source.videoWidth ?? source.naturalWidth ?? source.width,
    source.videoHeight ?? source.naturalHeight ?? source.height,
  ];
}

/** The pixels of a source, halved by the browser as long as they are many more than needed. */
function pixelsOf(source, [width, height]) {
  let size = sizeOf(source);
  let canvas = makeCanvas(size);
  let context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#808080"; // behind what a PNG leaves open
  context.fillRect(0, 0, ...size);
  context.drawImage(source, 0, 0, ...size);
  while (Math.min(size[0] / width, size[1] / height) >= 4) {
    size = size.map((side) => Math.ceil(side / 2));
    const half = makeCanvas(size);
    context = half.getContext("2d", { willReadFrequently: true });
    context.drawImage(canvas, 0, 0, ...size);
    canvas = half;
  }
  return context.getImageData(0, 0, ...size);
}

function makeCanvas([width, height]) {
  return Object.assign(document.createElement("canvas"), { width, height });
}
