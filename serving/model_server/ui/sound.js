// Sounds as models hear them: one second of int16, mono, at the model's sample rate.

import { Resampler } from "./resampler.js";

const DECODED_RATE = 48_000; // nothing that can be heard is lost
const NEARLY_SILENT_DBFS = -45; // below this, channels may have cancelled each other
const CANCELLED_DB = 20;

/** There is no sound, or none that this browser decodes. */
export class NoSoundError extends Error {}

/** A whole sound in memory. */
export class Sound {
  /**
   * @param {Float32Array[]} channels of one length.
   * @param {number} rate in Hz.
   */
  constructor(channels, rate) {
    this.channels = channels;
    this.rate = rate;
  }

  /**
   * Decodes the sound of a sound or video file.
   * @param {Blob} file
   * @throws {NoSoundError}
   */
  static async decode(file) {
    const bytes = await file.arrayBuffer();
    let buffer;
    try {
      buffer = await new OfflineAudioContext(1, 1, DECODED_RATE).decodeAudioData(bytes);
    } catch {
      throw new NoSoundError("no sound, or none that this browser decodes");
    }
    if (buffer.length === 0) throw new NoSoundError("no sound");
    const numbers = [...Array(buffer.numberOfChannels).keys()];
    return new Sound(
      numbers.map((number) => buffer.getChannelData(number)),
      buffer.sampleRate,
    );
  }

  get seconds() {
    return this.channels[0].length / this.rate;
  }

  /**
   * The second around a time, silence beyond the ends of the sound.
   * @param {number} time of its middle, in seconds.
   * @param {number} rate in Hz.
   * @returns {Int16Array} `rate` samples.
   */
  second(time, rate) {
    const start = Math.round((time - 0.5) * rate);
    const resampler = Resampler.of(this.rate, rate);
    const parts = this.channels.map((channel) => resampler.window(channel, start, rate));
    const mixed = mix(parts);
    if (parts.length > 1) {
      // As in ingest: where channels cancel each other, the first one is heard.
      const first = mix(parts.slice(0, 1));
      const limit = Math.min(NEARLY_SILENT_DBFS, loudness(first) - CANCELLED_DB);
      if (loudness(mixed) < limit) return first;
    }
    return mixed;
  }
}

/** The mean of channels as int16. */
function mix(channels) {
  return Int16Array.from(channels[0], (_, i) => {
    let sum = 0;
    for (const channel of channels) sum += channel[i];
    return Math.max(-32768, Math.min(32767, Math.round((sum / channels.length) * 32768)));
  });
}

/** Loudness of int16 samples, root mean square in dB of full scale. */
function loudness(samples) {
  let sum = 0;
  for (const sample of samples) sum += (sample / 32768) ** 2;
  return 10 * Math.log10(sum / samples.length + 1e-20);
}

/**
 * A WAV file.
 * @param {Int16Array} samples mono.
 * @param {number} rate in Hz.
 * @returns {Blob}
 */
export function wavFile(samples, rate) {
  const header = new DataView(new ArrayBuffer(44));
  const text = (at, letters) =>
    [...letters].forEach((letter, i) => header.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  header.setUint32(4, 36 + 2 * samples.length, true);
  text(8, "WAVEfmt ");
  header.setUint32(16, 16, true);
  header.setUint16(20, 1, true); // PCM
  header.setUint16(22, 1, true); // mono
  header.setUint32(24, rate, true);
  header.setUint32(28, 2 * rate, true);
  header.setUint16(32, 2, true);
  header.setUint16(34, 16, true);
  text(36, "data");
  header.setUint32(40, 2 * samples.length, true);
  const data = new DataView(new ArrayBuffer(2 * samples.length));
  samples.forEach((sample, i) => data.setInt16(2 * i, sample, true));
  return new Blob([header, data], { type: "audio/wav" });
}
