// Hands the microphone's samples to the page; runs in the browser's audio thread.

const BLOCK = 1024; // samples

registerProcessor(
  "recorder",
  class extends AudioWorkletProcessor {
    #block = new Float32Array(BLOCK);
    #filled = 0;

    process([channels]) {
      const length = channels[0]?.length ?? 0;
      for (let i = 0; i < length; i++) {
        let sum = 0;
        for (const samples of channels) sum += samples[i];
        this.#block[this.#filled++] = sum / channels.length;
        if (this.#filled === BLOCK) {
          this.port.postMessage(this.#block.slice());
          this.#filled = 0;
        }
      }
      return true;
    }
  },
);
