// What the reader touches, and what then happens. Everything that depends on the model stands in page.json, which
// tools/build_web.py writes.

import { fetched } from "./fetched.js";
import { megabytes, readPicture } from "./fit.js";
import { Translator } from "./model.js";
import { Paper } from "./paper.js";

const find = (id) => document.getElementById(id);
const create = (tag, properties) => Object.assign(document.createElement(tag), properties);

let page, paper, translator;
let direction = 0;
let sample = null; // the number of the sample on the paper, or on its way there, as long as it is untouched
let turn = 0; // counts what is put on the paper: a file that is read slowly must not replace what came after it
let translated = null; // the direction of the translation that is shown

// ---- what the page says ----

function say(text) {
  find("status").textContent = text;
}

function complain(error) {
  find("problem").textContent = error?.message ?? "";
  find("problem").hidden = !error;
  if (error) find("loading").hidden = true;
}

// Not `disabled`: that would take the focus from a button which the reader has just pressed.
function allow(id, allowed) {
  find(id).setAttribute("aria-disabled", !allowed);
}

function tellLoading(what, loaded, bytes) {
  find("loading").hidden = loaded === bytes;
  find("loading-text").textContent = `Loading the ${what}: ${megabytes(loaded)} of ${megabytes(bytes)} MB`;
  Object.assign(find("progress"), { value: loaded, max: bytes });
  if (loaded === 0) say(`Loading the ${what}, ${megabytes(bytes)} MB.`);
}

// ---- translate what is on the paper ----

// One of each for a direction: while one generator is on its way, the other one works.
const wanted = [false, false];
const running = [false, false];

// However fast the hand, one translation runs at a time, and the next one takes the paper as it is by then.
async function update() {
  allow("undo", paper.canUndo);
  const asked = direction;
  wanted[asked] = true;
  if (running[asked]) return;
  running[asked] = true;
  while (wanted[asked]) {
    wanted[asked] = false;
    await translate(asked);
    await new Promise(requestAnimationFrame); // lets the page show it, and the hand go on
  }
  running[asked] = false;
}

async function translate(asked) {
  try {
    const isNew = await translator.load(asked);
    if (asked !== direction) return; // another one was chosen meanwhile
    if (isNew) say("Ready.");
    const begun = performance.now();
    const result = await translator.translate(asked, paper.pixels);
    if (asked !== direction) return;
    find("translation").getContext("2d").putImageData(new ImageData(result, page.image_size), 0, 0);
    find("time").textContent = `Translated in ${Math.round(performance.now() - begun)} ms on this device.`;
    translated = asked;
    for (const id of ["back", "save"]) allow(id, true);
  } catch (error) {
    find("loading").hidden = true; // one that goes on shows itself again
    if (asked !== direction) return;
    complain(error);
    say("Not translated.");
  }
}

// ---- what the reader does ----

function changed() {
  sample = null;
  turn += 1;
  complain(null);
  update();
}

// Show what `read` promises, size x size RGBA, unless something else comes meanwhile; `number` is that of a sample.
async function put(title, read, number = null) {
  const mine = ++turn;
  const before = sample;
  sample = number;
  try {
    const pixels = await read();
    if (mine !== turn) return;
    paper.show(pixels);
    complain(null);
    say(`${title} is on the paper.`);
  } catch (error) {
    if (mine !== turn) return;
    sample = before;
    complain(error);
  }
  update(); // after a failure, too: the direction may be a new one
}

function choosePicture(file) {
  if (file) put(file.name, () => readPicture(file, page.image_size));
  else complain(new Error("What came is no file of a picture: save the picture first, then drop or choose its file."));
}

function chooseSample(number) {
  const { files, title } = page.samples[number];
  const path = files[page.directions[direction].from];
  const read = async (answer) => readPicture(new File([await answer.blob()], path), page.image_size);
  put(title, () => fetched(path, `sample “${title}”`, read), number);
}

function chooseDirection(chosen) {
  direction = chosen;
  const { from, to } = page.directions[direction];
  find("source-label").textContent = page.domains[from].label;
  find("target-label").textContent = page.domains[to].label;
  find("translation").setAttribute("aria-label", `Translation into ${page.domains[to].label}`);
  find(`direction-${direction}`).checked = true;
  showPens(page.domains[from].pens);
  page.samples.forEach(({ files }, number) => (find(`sample-${number}`).src = files[from]));
  for (const id of ["back", "save"]) allow(id, translated === direction);
  complain(null);
  // An untouched sample shows its other face; a picture of one's own stays, and comes, if it is on its way.
  if (sample === null) update();
  else chooseSample(sample);
}

function undo() {
  if (!paper.canUndo) return;
  paper.undo();
  changed();
}

function translateBack() {
  if (translated !== direction) return; // still on its way
  const context = find("translation").getContext("2d");
  paper.show(context.getImageData(0, 0, page.image_size, page.image_size).data);
  sample = null;
  turn += 1;
  chooseDirection(1 - direction);
}

// In the model's own pixels, without loss.
function save() {
  if (translated !== direction) return;
  create("a", { href: find("translation").toDataURL("image/png"), download: "translation.png" }).click();
  say("The translation goes to your downloads as translation.png.");
}

// ---- the controls ----

function showDirections() {
  page.directions.forEach(({ from, to }, number) => {
    const label = create("label");
    const input = create("input", { type: "radio", name: "direction", id: `direction-${number}` });
    input.addEventListener("change", () => chooseDirection(number));
    label.append(input, `${page.domains[from].label} → ${page.domains[to].label}`);
    find("directions").append(label);
  });
}

// The colours that the domain's own pictures use most; any other colour only where there are colours.
function showPens(pens) {
  find("pens").replaceChildren(find("pens").firstElementChild);
  pens.forEach(({ name, value }, number) => {
    const pen = create("input", { type: "radio", name: "pen", title: name, checked: number === 0 });
    pen.setAttribute("aria-label", name);
    pen.style.setProperty("--pen", value);
    pen.addEventListener("change", () => (paper.pen.colour = value));
    find("pens").append(pen);
  });
  paper.pen.colour = pens[0].value;
  if (pens.length <= 2) return;
  const other = create("input", { type: "color", value: pens[2].value });
  other.setAttribute("aria-label", "another colour");
  other.addEventListener("input", () => {
    find("pens").querySelectorAll("[type=radio]").forEach((pen) => (pen.checked = false));
    paper.pen.colour = other.value;
  });
  find("pens").append(other);
}

function showSamples() {
  page.samples.forEach(({ name, title }, number) => {
    const button = create("button", { type: "button", value: name, title });
    button.append(create("img", { id: `sample-${number}`, alt: `Sample ${number + 1}: ${title}` }));
    button.addEventListener("click", () => chooseSample(number));
    find("samples").append(button);
  });
}

function listen() {
  find("width").addEventListener("input", (event) => {
    paper.pen.width = Number(event.target.value);
    find("width-text").textContent = event.target.value;
  });
  find("undo").addEventListener("click", undo);
  find("clear").addEventListener("click", () => (paper.clear(), changed()));
  find("back").addEventListener("click", translateBack);
  find("save").addEventListener("click", save);
  find("choose").addEventListener("click", () => find("file").click());
  find("file").addEventListener("change", ({ target }) => {
    if (target.files.length) choosePicture(target.files[0]);
    target.value = ""; // the same file may be chosen again
  });
  addEventListener("keydown", (event) => {
    if (event.key?.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
    event.preventDefault();
    undo();
  });
  // On the whole page: a picture that misses its target would be opened in place of the page.
  addEventListener("dragover", (event) => (event.preventDefault(), document.body.classList.add("dropping")));
  addEventListener("dragleave", (event) => event.relatedTarget || document.body.classList.remove("dropping"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    choosePicture(event.dataTransfer.files[0]);
  });
  addEventListener("paste", (event) => choosePicture(event.clipboardData?.files[0]));
}

// `paragraphs` are lists of parts: a text, or [a text, its address].
function showCredits(paragraphs) {
  for (const parts of paragraphs) {
    // In a tab of its own, for a drawing would be lost.
    const link = ([textContent, href]) => create("a", { textContent, href, target: "_blank" });
    const paragraph = create("p");
    paragraph.append(...parts.map((part) => (Array.isArray(part) ? link(part) : part)));
    find("credits").append(paragraph);
  }
}

async function start() {
  say("Starting.");
  page = await fetched("page.json", "description of the page", (answer) => answer.json());
  translator = new Translator(page, tellLoading);
  find("translation").width = find("translation").height = page.image_size;
  const translation = find("translation").getContext("2d", { alpha: false, willReadFrequently: true });
  translation.fillStyle = "#fff"; // not yet anything; it would be black
  translation.fillRect(0, 0, page.image_size, page.image_size);
  paper = new Paper(find("picture"), find("cursor"), page.image_size, changed, say);
  const [a, b] = page.domains.map(({ label }) => label);
  find("task").textContent = `Two small neural networks translate pictures: “${a}” into “${b}”, and the other way ` +
    "round. They learned it from two piles of pictures, without ever seeing a pair.";
  find("task").hidden = false;
  find("size").textContent = `${page.image_size} x ${page.image_size}`;
  find("limits").textContent = page.limits;
  find("runtime").textContent = ` ${page.runtime.version}`;
  for (const id of ["back", "save"]) allow(id, false);
  showCredits(page.credits);
  showDirections();
  showSamples();
  listen();
  find("controls").hidden = false;
  sample = page.samples.length ? 0 : null;
  chooseDirection(0);
}

start().catch((error) => {
  complain(error);
  say("Not started.");
});
