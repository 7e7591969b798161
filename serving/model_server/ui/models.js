// The models that are served, and what the page can do with each.

import { ServerError } from "./server.js";

/**
 * A model, as far as the page must know it.
 * @typedef {Object} Model
 * @property {string} name
 * @property {string} version the one that answers.
 * @property {number} sampleRate of the sounds that it takes, in Hz.
 * @property {number} imageSize short side of the pictures, in pixels.
 * @property {number} frames that a picture is made of, `FRAME_SECONDS` apart.
 * @property {?number} mapThreshold score from which something in the picture makes the sound.
 * @property {?number} items of a search index.
 * @property {Object} facts how well it was found to do, as far as that is known:
 *   `search` with `title`, `value`, `low`, `high` and `chance`.
 */

/** Seconds between the frames of one picture. */
export const FRAME_SECONDS = 0.04;

/**
 * Asks what is served.
 * @param {import("./server.js").Server} server
 * @returns {Promise<{localisers: Model[], indexes: Model[], media: boolean, problems: string[]}>}
 */
export async function findModels(server) {
  const found = { localisers: [], indexes: [], media: false, problems: [] };
  const served = await server.models();
  found.media = served.media;
  for (const { name, version, signatures, facts } of served.models) {
    if (version === null) {
      found.problems.push(`No version of the model “${name}” is being served yet.`);
      continue;
    }
    const localises = signatures.includes("localise");
    const searches = signatures.includes("search_by_image");
    if (!localises && !searches) continue;
    if (!signatures.includes("describe")) {
      found.problems.push(`The model “${name}” has no signature “describe”; export it anew.`);
      continue;
    }
    try {
      const model = { ...(await describe(server, name, version)), facts };
      if (!model.sampleRate || !model.imageSize) {
        found.problems.push(`“${name}” does not say which pictures and sounds it takes.`);
        continue;
      }
      if (localises) found.localisers.push(model);
      if (searches) found.indexes.push(model);
    } catch (error) {
      if (!(error instanceof ServerError) || [0, 401].includes(error.status)) throw error;
      found.problems.push(`The model “${name}” does not describe itself: ${error.message}`);
    }
  }
  return found;
}

async function describe(server, name, version) {
  const [facts] = await server.predict({ name }, "describe", [{ query: "" }]);
  return {
    name,
    version,
    sampleRate: facts.sample_rate,
    imageSize: facts.image_size,
    frames: facts.frames ?? 1,
    mapThreshold: facts.map_threshold ?? null,
    items: facts.items ?? null,
  };
}
