// Little helpers for the document.

/** The element of an id. */
export const byId = (id) => document.getElementById(id);

/**
 * Makes an element. Texts are set as texts: nothing that comes from a server becomes markup.
 * @param {string} tag
 * @param {Object} properties of the element, such as `className`; `data-` and `aria-` attributes.
 * @param {...(Node|string)} children
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

/** Makes a canvas as fine as the screen. Returns whether it was changed, which empties it. */
export function fit(canvas) {
  const scale = window.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.clientWidth * scale));
  const height = Math.max(1, Math.round(canvas.clientHeight * scale));
  if (canvas.width === width && canvas.height === height) return false;
  [canvas.width, canvas.height] = [width, height];
  return true;
}

/** The colour that the style sheet gives a name, such as "--accent". */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A time as people read it: 1:02.5. */
export function clock(seconds) {
  const tenths = Math.floor(seconds * 10 + 1e-6);
  const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
  return `${Math.floor(tenths / 600)}:${rest}`;
}

/** Whether an event's target is where letters are typed or values chosen by keys. */
export function takesKeys(target) {
  return target.closest("input, select, textarea, button, summary, video") !== null;
}
