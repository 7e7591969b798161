// Bicubic scaling as Pillow does it; browsers' own way is softer.

/**
 * For each place of the result the values that count there, with their weights.
 * @param {number} length of what is scaled.
 * @param {number} size of the result; where it is less, all values in between count.
 * @returns {{first: number, weights: Float64Array}[]}
 */
function taps(length, size) {
  const step = length / size;
  const stretch = Math.max(1, step);
  return Array.from({ length: size }, (_, place) => {
    const centre = (place + 0.5) * step - 0.5;
    const first = Math.max(0, Math.ceil(centre - 2 * stretch));
    const last = Math.min(length - 1, Math.floor(centre + 2 * stretch));
    const weights = Float64Array.from({ length: last - first + 1 }, (_, i) =>
      cubic(Math.abs(first + i - centre) / stretch),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** Keys's kernel, a = -0.5. */
function cubic(x) {
  if (x < 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}

/**
 * Scales rows of values.
 * @param {ArrayLike<number>} values row after row.
 * @param {[number, number]} from width and height of it.
 * @param {[number, number]} to width and height of the result.
 * @param {number} channels values at each place, one after the other.
 * @returns {Float32Array}
 */
export function scale(values, [width, height], [newWidth, newHeight], channels) {
  const across = new Float32Array(newWidth * height * channels);
  taps(width, newWidth).forEach(({ first, weights }, x) => {
    for (let y = 0; y < height; y++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        let at = (y * width + first) * channels + c;
        for (let i = 0; i < weights.length; i++, at += channels) sum += weights[i] * values[at];
        across[(y * newWidth + x) * channels + c] = sum;
      }
    }
  });
  const row = newWidth * channels;
  const result = new Float32Array(row * newHeight);
  taps(height, newHeight).forEach(({ first, weights }, y) => {
    for (let x = 0; x < row; x++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i] * across[(first + i) * row + x];
      result[y * row + x] = sum;
    }
  });
  return result;
}
