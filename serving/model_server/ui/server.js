// Requests to the model server: TensorFlow Serving's REST API, and the list of models.

const TOKEN_KEY = "ots-token";

/** The server's answer to a request that it refused. */
export class ServerError extends Error {
  /**
   * @param {number} status of HTTP; 0 where there was no answer at all.
   * @param {string} message the server's words.
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }

  /** Whether the same request may do later. */
  get isPassing() {
    return [0, 429, 503, 504].includes(this.status);
  }
}

/** The server that this page comes from. */
export class Server extends EventTarget {
  /** The token, kept until the tab is closed; "" for none. */
  get token() {
    return sessionStorage.getItem(TOKEN_KEY) ?? "";
  }

  set token(token) {
    sessionStorage.setItem(TOKEN_KEY, token);
  }

  /**
   * @returns {Promise<{models: {name: string, version: ?string, signatures: string[]}[],
   *   media: boolean}>} what is served, and whether found videos can be played.
   */
  models() {
    return this.#fetch("models.json", {});
  }

  /**
   * Runs a signature.
   * @param {{name: string, version: ?string}} model with a version: by that one only.
   * @param {string} signature
   * @param {Object<string, Blob|Blob[]|number|string>[]} instances inputs by name; bytes as Blobs.
   * @param {{signal?: AbortSignal, title?: string}} options `title`: of the request, for people.
   * @returns {Promise<Object[]>} the outputs of each instance.
   */
  async predict(model, signature, instances, { signal, title } = {}) {
    const version = model.version ? `/versions/${model.version}` : "";
    const path = `/v1/models/${encodeURIComponent(model.name)}${version}:predict`;
    if (title) {
      const detail = { title, url: location.origin + path, signature, instances };
      this.dispatchEvent(new CustomEvent("request", { detail }));
    }
    const body = JSON.stringify({
      signature_name: signature,
      instances: await Promise.all(instances.map(encoded)),
    });
    const headers = { "Content-Type": "application/json" };
    const answer = await this.#fetch(path, { method: "POST", headers, body, signal });
    if (!Array.isArray(answer.predictions) || answer.predictions.length !== instances.length) {
      throw new ServerError(200, "The answer is not one of a model server.");
    }
    return answer.predictions;
  }

  async #fetch(url, options) {
    const headers = { ...options.headers };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    let response;
    let text;
    try {
      response = await fetch(url, { ...options, headers });
      text = await response.text();
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new ServerError(0, "The server does not answer.");
    }
    let answer = null;
    try {
      answer = JSON.parse(text);
    } catch {
      // It is not of the model server, but of something between.
    }
    if (!response.ok || answer === null) {
      throw new ServerError(response.status, answer?.error ?? `${text.slice(0, 200)}`);
    }
    return answer;
  }
}

/** What to tell people about an error. */
export function explain(error) {
  if (!(error instanceof ServerError)) return error.message || String(error);
  switch (error.status) {
    case 0:
      return "The server does not answer. It may have been stopped, or be out of reach.";
    case 401:
      return "The server asks for its token.";
    case 413:
      return `The request is too large for the server: ${error.message}`;
    case 503:
      return `The server is busy or stopping: ${error.message}`;
    case 504:
      return `The server did not finish in time: ${error.message}`;
    default:
      return `The server refused the request (${error.status}): ${error.message}`;
  }
}

async function encoded(instance) {
  const entries = Object.entries(instance).map(async ([name, value]) => [name, await json(value)]);
  return Object.fromEntries(await Promise.all(entries));
}

async function json(value) {
  if (Array.isArray(value)) return Promise.all(value.map(json));
  return value instanceof Blob ? { b64: await base64(value) } : value;
}

function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
