// What a file is, by its first bytes, so that people are told what is wrong with it.

const HEAD_BYTES = 192;
const TRANSPORT_PACKET = 188; // bytes; each begins with the letter G
const PLAYABLE =
  "Browsers play MP4 with H.264 and AAC, and WebM with VP9 and Opus. To convert: " +
  "ffmpeg -i IN -c:v libx264 -pix_fmt yuv420p -c:a aac OUT.mp4";
const WANTED = "Choose a video, a picture or a sound.";

const letters = (text) => [...text].map((letter) => letter.charCodeAt(0));

/** [offset, bytes, name]; the first that fits counts. */
const SIGNATURES = [
  [4, letters("ftyp"), "video"],
  [4, letters("moov"), "video"],
  [0, [0x1a, 0x45, 0xdf, 0xa3], "video"], // Matroska, WebM
  [8, letters("AVI "), "video"],
  [0, [0x30, 0x26, 0xb2, 0x75], "video"], // ASF, WMV
  [0, letters("FLV"), "video"],
  [0, [0, 0, 1, 0xba], "video"], // MPEG
  [0, [0, 0, 1, 0xb3], "video"],
  [0, letters("OggS"), "video"],
  [0, letters("%PDF"), "a PDF document"],
  [0, letters("PK"), "a ZIP archive or an office document"],
  [0, [0x1f, 0x8b], "a compressed archive"],
];

/**
 * @typedef {Object} Kind
 * @property {string} problem words for people if the file can be nothing that the page takes, or "".
 * @property {boolean} isContainer whether it begins as a video file does.
 */

/**
 * @param {File} file
 * @returns {Promise<Kind>}
 */
export async function kindOf(file) {
  if (file.size === 0) return { problem: `${file.name} is empty. ${WANTED}`, isContainer: false };
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const begins = ([offset, bytes]) => bytes.every((byte, i) => head[offset + i] === byte);
  const isTransport = [0, TRANSPORT_PACKET].every((at) => head[at] === 0x47);
  const name = isTransport ? "video" : (SIGNATURES.find(begins)?.[2] ?? "");
  const isMedia = /^(video|image|audio)\//.test(file.type);
  let problem = "";
  if (name && name !== "video") problem = `${file.name} is ${name}. ${WANTED}`;
  else if (!name && !isMedia && isText(head)) problem = `${file.name} is a text file. ${WANTED}`;
  else if (!name && !isMedia) problem = `${file.name} is in no format that this page knows. ${WANTED}`;
  return { problem, isContainer: name === "video" };
}

/**
 * Says why a browser could not play a file.
 * @param {File} file
 * @param {Kind} kind of it.
 */
export function whyNotPlayable(file, { isContainer }) {
  if (isContainer) {
    return (
      `This browser cannot play ${file.name}: the video is damaged, or in a format that the ` +
      `browser does not know. ${PLAYABLE}`
    );
  }
  return `${file.name} is called a video, but holds none: it is damaged, or something else. ${WANTED}`;
}

function isText(head) {
  try {
    // Not the last bytes: a letter may be cut there.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return !/[\u0000-\u0008\u000e-\u001f]/.test(text);
  } catch {
    return false;
  }
}
