// Brings a part of a sound to another rate, by the filter that ingest's library (FFmpeg) uses.
// Browsers' own ways differ, and some let what is too high for the new rate come through.

const SIZE = 32; // of the filter, in samples of the lower rate
const CUT_OFF = 0.97; // of half the lower rate
const BETA = 9; // of the Kaiser window

/** From one rate to another. */
export class Resampler {
  static #made = new Map();
  #from;
  #to;
  #phases; // filters for the places of new samples between old ones
  #length;

  /** @returns {Resampler} both rates in Hz; made once. */
  static of(from, to) {
    const key = `${from}/${to}`;
    if (!Resampler.#made.has(key)) Resampler.#made.set(key, new Resampler(from, to));
    return Resampler.#made.get(key);
  }

  constructor(from, to) {
    const common = greatestCommonDivisor(from, to);
    [this.#from, this.#to] = [from / common, to / common];
    const factor = from === to ? 1 : Math.min(1, (CUT_OFF * to) / from); // 1: as it is
    this.#length = 2 * Math.ceil(SIZE / factor / 2);
    this.#phases = Array.from({ length: this.#to }, (_, phase) =>
      filter(this.#length, phase / this.#to, factor),
    );
  }

  /**
   * @param {Float32Array} samples at the old rate.
   * @param {number} start number of the first new sample wanted; may be before the sound.
   * @param {number} count of new samples.
   * @returns {Float32Array} silence beyond the ends of the sound.
   */
  window(samples, start, count) {
    const result = new Float32Array(count);
    for (let n = 0; n < count; n++) {
      const place = (start + n) * this.#from; // in parts of an old sample
      const whole = Math.floor(place / this.#to);
      const weights = this.#phases[place - whole * this.#to];
      const first = whole - this.#length / 2 + 1;
      const end = Math.min(this.#length, samples.length - first);
      let sum = 0;
      for (let i = Math.max(0, -first); i < end; i++) sum += weights[i] * samples[first + i];
      result[n] = sum;
    }
    return result;
  }
}

/** Weights of the old samples around a place that is `offset` behind the middle one. */
function filter(length, offset, factor) {
  const weights = Float64Array.from({ length }, (_, i) => {
    const distance = i - (length / 2 - 1) - offset;
    const x = Math.PI * distance * factor;
    const edge = (2 * distance) / length;
    return (x ? Math.sin(x) / x : 1) * bessel(BETA * Math.sqrt(Math.max(0, 1 - edge * edge)));
  });
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** The modified Bessel function of the first kind, order 0. */
function bessel(x) {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / 2 / k) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a, b) {
  return b ? greatestCommonDivisor(b, a % b) : a;
}
