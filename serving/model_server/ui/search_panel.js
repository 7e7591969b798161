// Searches a collection both ways, and shows what was found.

import { clock, colour, fit, make } from "./dom.js";
import { ServerError } from "./server.js";
import { wavFile } from "./sound.js";

const CLOSE = 0.05; // similarities so near each other say little of which fits better
const WAYS = [
  {
    signature: "search_by_image",
    title: "Sounds that fit this picture",
    missing: "For sounds, search with a picture.",
  },
  {
    signature: "search_by_audio",
    title: "Pictures that fit this sound",
    missing: "For pictures, search with a sound.",
  },
];

/**
 * What to search with.
 * @typedef {Object} Query
 * @property {string} name for people.
 * @property {?Blob|Blob[]} picture as the model takes it.
 * @property {?Blob} preview of the picture, larger.
 * @property {?Int16Array} second of sound, at the model's rate.
 */

/** Query and results. Event: `found`, with the item that was chosen in `detail`. */
export class SearchPanel extends EventTarget {
  #server;
  #elements;
  #version = null;
  #canPlay = false;
  #previewUrl = "";
  #count = 0;

  /**
   * @param {import("./server.js").Server} server
   * @param {{query: HTMLElement, picture: HTMLImageElement, sound: HTMLCanvasElement,
   *   name: HTMLElement, results: HTMLElement}} elements
   */
  constructor(server, elements) {
    super();
    this.#server = server;
    this.#elements = elements;
  }

  /**
   * Searches and shows the results.
   * @param {import("./models.js").Model} model an index.
   * @param {Query} query
   * @param {number} k results each way.
   */
  async search(model, query, k) {
    const number = ++this.#count;
    this.#showQuery(query);
    const media = [
      query.picture && { image: query.picture },
      query.second && { audio: wavFile(query.second, model.sampleRate) },
    ];
    const ask = () =>
      Promise.all(
        WAYS.map(async ({ signature }, way) => {
          if (!media[way]) return null;
          const options = { title: `${signature} with ${query.name}` };
          // By version: the thumbnails must be of the index that answers.
          const served = { name: model.name, version: this.#version };
          const instances = [{ ...media[way], k }];
          const [found] = await this.#server.predict(served, signature, instances, options);
          return itemsOf(found, k);
        }),
      );
    let found;
    try {
      await this.#refresh(model);
      found = await ask();
    } catch (error) {
      if (!(error instanceof ServerError) || error.status !== 404) throw error;
      await this.#refresh(model); // a new version has come just now
      found = await ask();
    }
    if (number !== this.#count) return; // there was another search meanwhile
    this.#elements.results.replaceChildren(
      ...doubtsAbout(model, found),
      ...WAYS.map((way, i) =>
        make(
          "section",
          { "data-way": way.signature },
          make("h3", { textContent: way.title }),
          found[i]
            ? make("ol", { className: "cards" }, ...found[i].map((item) => this.#card(model, item)))
            : make("p", { className: "hint", textContent: way.missing }),
        ),
      ),
    );
  }

  /** Takes query and results away; what is still on its way does not come any more. */
  clear() {
    this.#count++;
    this.#elements.query.hidden = true;
    this.#elements.results.replaceChildren();
  }

  async #refresh(model) {
    const served = await this.#server.models();
    this.#canPlay = served.media;
    this.#version = served.models.find(({ name }) => name === model.name)?.version ?? null;
    if (this.#version === null) {
      throw new ServerError(503, `no version of “${model.name}” is being served`);
    }
  }

  #showQuery({ name, preview, second }) {
    const { query, picture, sound, name: words } = this.#elements;
    query.hidden = false;
    URL.revokeObjectURL(this.#previewUrl);
    this.#previewUrl = preview ? URL.createObjectURL(preview) : "";
    picture.hidden = !preview;
    if (preview) picture.src = this.#previewUrl;
    sound.hidden = !second;
    if (second) drawWave(sound, second);
    words.textContent = name;
  }

  #card(model, item) {
    const frame = make("span", { className: "frame" });
    if (item.thumbnail) {
      const query = new URLSearchParams({
        model: model.name,
        version: this.#version,
        path: item.thumbnail,
      });
      frame.append(make("img", { src: `thumbnail?${query}`, alt: "", loading: "lazy" }));
    }
    const score = make("span", { className: "score", textContent: item.score.toFixed(2) });
    score.title = "Inner product of the embeddings; 1 is the nearest";
    frame.append(score);
    const words = make("span", { className: "words" });
    if (item.label) words.append(make("strong", { textContent: item.label }));
    words.append(
      make("span", { textContent: item.id, title: item.id }),
      make("span", { textContent: `at ${clock(item.time)}` }),
    );
    if (!this.#canPlay) return make("li", {}, make("div", { className: "card" }, frame, words));
    const button = make("button", { className: "card", title: "Play from here" }, frame, words);
    button.addEventListener("click", () =>
      this.dispatchEvent(new CustomEvent("found", { detail: item })),
    );
    return make("li", {}, button);
  }
}

/** How unsure a search is, in words. */
function doubtsAbout({ facts }, found) {
  const words = [];
  const { value = null, chance = null, low = null } = facts.search ?? {};
  if (value !== null && chance !== null) {
    const sure =
      low !== null && low > chance ? "better than guessing" : "perhaps no better than guessing";
    words.push(
      `On videos that it had never met, this search reached ${value.toFixed(2)} of 1, ${sure} ` +
        `(${chance.toFixed(2)}).`,
    );
  } else {
    words.push("Nobody measured how often this search finds what fits: look and listen yourself.");
  }
  const spreads = found
    .filter((items) => items?.length > 1)
    .map((items) => items[0].score - items.at(-1).score);
  if (spreads.some((spread) => spread < CLOSE)) {
    words.push(
      `The first and the last result differ by less than ${CLOSE}: their order says little.`,
    );
  }
  return [make("p", { className: "hint doubts", textContent: words.join(" ") })];
}

/** Rows of the answer; there may be more than were asked for, where a server batches. */
function itemsOf({ ids, times, scores, labels, thumbnails }, k) {
  return ids.slice(0, k).map((id, i) => ({
    id,
    time: times[i],
    score: scores[i],
    label: labels[i],
    thumbnail: thumbnails[i],
  }));
}

function drawWave(canvas, samples) {
  fit(canvas);
  const context = canvas.getContext("2d");
  const { width, height } = canvas;
  const most = Math.max(1, ...samples.map(Math.abs));
  context.clearRect(0, 0, width, height);
  context.fillStyle = colour("--muted");
  for (let x = 0; x < width; x++) {
    const from = Math.floor((x / width) * samples.length);
    const to = Math.max(from + 1, Math.floor(((x + 1) / width) * samples.length));
    let peak = 0;
    for (let i = from; i < to; i++) peak = Math.max(peak, Math.abs(samples[i]));
    const half = Math.max(0.5, (peak / most) * (height / 2));
    context.fillRect(x, height / 2 - half, 1, 2 * half);
  }
}
