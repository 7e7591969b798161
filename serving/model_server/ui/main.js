// Puts the page together.

import { Clip, NotPlayableError } from "./clip.js";
import { kindOf, whyNotPlayable } from "./file_kind.js";
import { CurlPanel } from "./curl_panel.js";
import { byId, clock } from "./dom.js";
import { takeDrops } from "./drop_zone.js";
import { FoundDialog } from "./found_dialog.js";
import { LiveCamera } from "./live_camera.js";
import { Localiser } from "./localiser.js";
import { MapView } from "./map_view.js";
import { findModels } from "./models.js";
import { Notices } from "./notices.js";
import { Player } from "./player.js";
import { queryOfCamera, queryOfClip, queryOfImage, queryOfSound } from "./queries.js";
import { SearchPanel } from "./search_panel.js";
import { explain, Server } from "./server.js";
import { NoSoundError } from "./sound.js";
import { TimeLine } from "./time_line.js";

const LIVE_HINT = "Looks and listens with the camera and the microphone";
const NO_SOUND =
  "This video has no sound, or none that this browser can decode. It plays, and its pictures can " +
  "be searched with; heat maps need the sound.";

const server = new Server();
const notices = new Notices(byId("notices"));
const video = byId("video");
const view = new MapView(...["overlay", "score", "peak", "opacity", "brightest", "verdict"].map(byId));
const buttons = { video, play: byId("play"), mute: byId("mute"), clock: byId("clock") };
const player = new Player(buttons, view, new TimeLine(byId("time-line")));
const search = new SearchPanel(server, {
  query: byId("query"),
  picture: byId("query-picture"),
  sound: byId("query-sound"),
  name: byId("query-name"),
  results: byId("results"),
});
const found = new FoundDialog();
new CurlPanel(server, {
  panel: byId("curl"),
  choice: byId("curl-choice"),
  copy: byId("curl-copy"),
  text: byId("curl-text"),
  files: byId("curl-files"),
});

let served = { localisers: [], indexes: [] };
let clip = null;
let localiser = null;
let camera = null;
let lastLive = null;
let opened = 0; // so that what is late knows that it is

const chosen = (models, id) => models[byId(id).querySelector("select").selectedIndex] ?? models[0];
const localiserModel = () => chosen(served.localisers, "localiser-choice");
const index = () => chosen(served.indexes, "index-choice");

// Models

async function start() {
  try {
    served = await findModels(server);
  } catch (error) {
    report("server", error);
    if (error.isPassing) setTimeout(start, 2000);
    return;
  }
  notices.clear("server", "token");
  byId("token-form").hidden = true;
  byId("main").hidden = false;
  showChoice("localiser-choice", served.localisers);
  showChoice("index-choice", served.indexes);
  const problems = [...served.problems];
  if (!served.localisers.length) {
    problems.push("No model with the signature “localise” is being served: no heat maps.");
  }
  if (problems.length) notices.show("models", problems.join(" "));
  else notices.clear("models");
  const names = [...served.localisers, ...served.indexes].map(
    ({ name, version }) => `${name}, version ${version}`,
  );
  byId("served").textContent = [...new Set(names)].join(" · ");
  showSearch();
  showLiveButton();
  if (clip) await localise();
}

function showChoice(id, models) {
  const select = byId(id).querySelector("select");
  select.replaceChildren(...models.map(({ name }) => new Option(name)));
  byId(id).hidden = models.length < 2;
}

function showSearch() {
  const model = index();
  byId("search-form").hidden = !model;
  byId("search-hint").textContent = model
    ? `${model.items?.toLocaleString("en") ?? "Many"} moments of videos: which sounds fit a ` +
      "picture, and which pictures fit a sound?"
    : "No search index is being served. Make one of your videos with “ots index”, and serve it " +
      "beside the model.";
  showMomentButton();
}

function showMomentButton() {
  byId("search-moment").disabled = !index() || !(clip || camera?.moment);
}

function showLiveButton() {
  const model = localiserModel();
  const reasons = [
    [!LiveCamera.isAllowed, "Browsers allow this over https, or from the machine itself, only"],
    [!model, "There is no model that localises"],
    [model?.frames > 1, "This model looks at several frames at once"],
  ];
  const reason = reasons.find(([holds]) => holds)?.[1];
  byId("live").disabled = Boolean(reason);
  byId("live").title = reason ?? LIVE_HINT;
}

/** Tells of an error; asks for the token where that is it. */
function report(kind, error) {
  if (error.status === 401) {
    video.pause();
    byId("main").hidden = true;
    byId("token-form").hidden = false;
    if (server.token) notices.show("token", "The server does not take this token.", true);
    byId("token").value = "";
    byId("token").focus();
    return;
  }
  notices.show(kind, explain(error), true);
}

// What is looked at

async function open(file) {
  const number = ++opened;
  notices.clear("file", "sound", "localise", "camera", "search");
  const kind = await kindOf(file);
  if (number !== opened) return;
  if (kind.problem) return notices.show("file", kind.problem, true);
  if (file.type.startsWith("image/")) return searchWith((model) => queryOfImage(file, model));
  if (file.type.startsWith("audio/")) return searchWith((model) => queryOfSound(file, model));
  closeAll();
  search.clear();
  showScreen(file.name);
  let loaded;
  try {
    loaded = await Clip.open(file, video);
  } catch (error) {
    if (number !== opened) return;
    closeAll();
    if (!(error instanceof NotPlayableError)) throw error;
    notices.show("file", whyNotPlayable(file, kind), true);
    return;
  }
  if (number !== opened) return loaded.close();
  clip = loaded;
  byId("screen").style.setProperty("--aspect", video.videoWidth / video.videoHeight);
  player.open(clip, null);
  showMomentButton();
  await localise();
}

/** Begins to ask the model about the clip, or to ask another model. */
async function localise() {
  localiser?.close();
  localiser = null;
  const [model, number] = [localiserModel(), opened];
  if (!model) return;
  view.threshold = model.mapThreshold;
  let sound;
  try {
    sound = await clip.sound();
  } catch (error) {
    if (number !== opened) return;
    notices.show("sound", error instanceof NoSoundError ? NO_SOUND : explain(error), true);
    return;
  }
  if (number !== opened) return;
  localiser = new Localiser(server, model, clip, sound);
  localiser.addEventListener("answer", () => player.refresh());
  localiser.addEventListener("recovered", () => notices.clear("localise"));
  localiser.addEventListener("problem", ({ detail }) => report("localise", detail));
  player.open(clip, localiser.answers);
}

async function toggleCamera() {
  if (camera) return closeAll();
  const number = ++opened;
  notices.clear("file", "sound", "localise", "camera");
  closeAll();
  search.clear();
  showScreen("Live camera");
  byId("controls").hidden = true;
  let started;
  view.threshold = localiserModel().mapThreshold;
  try {
    started = await LiveCamera.start(server, localiserModel(), video);
  } catch (error) {
    closeAll();
    notices.show("camera", error.message, true);
    return;
  }
  if (number !== opened) return started.close();
  camera = started;
  byId("live").setAttribute("aria-pressed", "true");
  byId("screen").style.setProperty("--aspect", video.videoWidth / video.videoHeight);
  camera.addEventListener("answer", ({ detail }) => {
    lastLive = detail;
    byId("clock").textContent = clock(detail.answer.time);
    byId("source-name").textContent = `Live camera, ${detail.late.toFixed(1)} s late`;
    view.show(detail.answer, detail.picture);
    showMomentButton();
  });
  camera.addEventListener("problem", ({ detail }) => {
    camera = null;
    closeAll();
    report("camera", detail);
  });
}

function closeAll() {
  localiser?.close();
  clip?.close();
  camera?.close();
  localiser = clip = camera = lastLive = null;
  video.muted = false;
  player.open(null, null);
  view.show(null);
  byId("live").setAttribute("aria-pressed", "false");
  for (const id of ["screen", "controls", "readings"]) byId(id).hidden = true;
  byId("drop").hidden = false;
  byId("source-name").textContent = "";
  showMomentButton();
}

function showScreen(name) {
  for (const id of ["screen", "controls", "readings"]) byId(id).hidden = false;
  byId("drop").hidden = true;
  byId("source-name").textContent = name;
}

// Search

/** Searches with what `makeQuery` makes for the index that is chosen. */
async function searchWith(makeQuery) {
  const model = index();
  notices.clear("search");
  if (!model) throw new Error("Images and sounds are for search, and no index is being served.");
  await search.search(model, await makeQuery(model), Number(byId("k").value));
}

// Events

/** Runs something of which nobody waits for the end. */
function run(kind, work) {
  return (...values) => {
    (async () => work(...values))().catch((error) => report(kind, error));
  };
}

for (const id of ["file", "capture", "query-file"]) {
  byId(id).addEventListener(
    "change",
    run("file", ({ target }) => {
      const [file] = target.files;
      target.value = ""; // so that the same one can be chosen again
      return file && open(file);
    }),
  );
}
byId("drop").addEventListener("click", ({ target }) => {
  if (!target.closest("button")) byId("file").click(); // keys have the button below
});
byId("example").addEventListener(
  "click",
  run("file", async () => {
    const answer = await fetch("example.mp4");
    if (!answer.ok) throw new Error("The example cannot be had from the server just now.");
    return open(new File([await answer.blob()], "example.mp4", { type: "video/mp4" }));
  }),
);
byId("live").addEventListener("click", run("camera", toggleCamera));
byId("search-moment").addEventListener(
  "click",
  run("search", () =>
    searchWith((model) => (clip ? queryOfClip(clip, model) : queryOfCamera(camera, model))),
  ),
);
for (const id of ["opacity", "brightest"]) {
  byId(id).addEventListener("input", () => {
    if (camera && lastLive) view.show(lastLive.answer, lastLive.picture);
    else player.refresh();
  });
}
byId("localiser-choice").addEventListener(
  "change",
  run("localise", () => {
    showLiveButton();
    return clip && localise();
  }),
);
byId("index-choice").addEventListener("change", showSearch);
player.addEventListener("move", () => localiser?.attend());
search.addEventListener("found", ({ detail }) => found.show(detail));
byId("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  server.token = byId("token").value.trim();
  start();
});

takeDrops(run("file", (file) => !byId("main").hidden && open(file)));

new ResizeObserver(() => player.refresh()).observe(byId("overlay"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => player.refresh());
player.refresh();
run("server", start)();
