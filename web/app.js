// What the reader touches, and what then happens. Everything that depends on the model stands in page.json, which
// tools/build_web.py writes.

import { megabytes, readPicture } from "./fit.js";
import { Translator } from "./model.js";
import { Paper } from "./paper.js";

const find = (id) => document.getElementById(id);
const create = (tag, properties) => Object.assign(document.createElement(tag), properties);

let page, paper, translator;
let direction = 0;
let sample = null; // the number of the sample on the paper, as long as it is untouched
let turn = 0; // counts what was put on the paper: a file that is read slowly must not replace what came after it
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

function tellLoading(what, loaded, bytes) {
  find("loading").hidden = loaded === bytes;
  find("loading-text").textContent = `Loading the ${what}: ${megabytes(loaded)} of ${megabytes(bytes)} MB`;
  Object.assign(find("progress"), { value: loaded, max: bytes });
  if (loaded === 0) say(`Loading the ${what}, ${megabytes(bytes)} MB.`);
}

// ---- translate what is on the paper ----

let wanted = false;
let running = false;

// However fast the hand, one translation runs at a time, and the next one takes the paper as it is by then.
async function update() {
  find("undo").disabled = !paper.canUndo;
  wanted = true;
  if (running) return;
  running = true;
  while (wanted) {
    wanted = false;
    await translate();
    await new Promise(requestAnimationFrame); // lets the page show it, and the hand go on
  }
  running = false;
}

async function translate() {
  const asked = direction;
  try {
    if (await translator.load(asked)) say("Ready.");
    if (asked !== direction) return; // chosen meanwhile; it is wanted, and comes next
    const begun = performance.now();
    const result = await translator.translate(asked, paper.pixels);
    find("translation").getContext("2d").putImageData(new ImageData(result, page.image_size), 0, 0);
    find("time").textContent = `Translated in ${Math.round(performance.now() - begun)} ms on this device.`;
    translated = asked;
    find("back").disabled = false;
  } catch (error) {
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

// Show what `read` promises, size x size RGBA, unless something else came meanwhile; tells whether it is shown.
async function put(read) {
  const mine = ++turn;
  try {
    const pixels = await read();
    if (mine !== turn) return false;
    paper.show(pixels);
    changed();
    return true;
  } catch (error) {
    if (mine === turn) complain(error);
    return false;
  }
}

async function choosePicture(file) {
  if (!file) return complain(new Error("What was dropped is no file: save the picture first, then drop its file."));
  if (await put(() => readPicture(file, page.image_size))) say(`${file.name} is on the paper.`);
}

async function chooseSample(number) {
  const { files, title } = page.samples[number];
  const path = files[page.directions[direction].from];
  const shown = await put(async () => {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`The sample ${path} is missing: build the page anew with “make web”.`);
    return readPicture(new File([await answer.blob()], path), page.image_size);
  });
  if (!shown) return;
  sample = number;
  say(`${title} is on the paper.`);
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
  turn += 1;
  complain(null);
  // An untouched sample shows its other face; a picture of one's own stays.
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
  chooseDirection(1 - direction);
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
}

async function start() {
  say("Starting.");
  const answer = await fetch("page.json", { cache: "no-cache" });
  if (!answer.ok) throw new Error("The description of the page (page.json) is missing: build it with “make web”.");
  page = await answer.json();
  translator = new Translator(page, tellLoading);
  find("translation").width = find("translation").height = page.image_size;
  find("translation").getContext("2d", { alpha: false, willReadFrequently: true });
  paper = new Paper(find("picture"), find("cursor"), page.image_size, changed, say);
  const [a, b] = page.domains.map(({ label }) => label);
  find("task").textContent = `Two small neural networks translate pictures: “${a}” into “${b}”, and the other way ` +
    "round. They learned it from two piles of pictures, without ever seeing a pair.";
  find("task").hidden = false;
  find("size").textContent = `${page.image_size} x ${page.image_size}`;
  find("limits").textContent = page.limits;
  find("attribution").textContent = page.attribution && `Sample pictures, made smaller: ${page.attribution}`;
  find("runtime").textContent = ` ${page.runtime.version}`;
  find("back").disabled = true;
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
