// The two generators, run by ONNX Runtime as WebAssembly: one thread, no server, no worker.
//
// No worker, because the page's Content-Security-Policy does not reach into one. That policy keeps pictures from every
// other host. From the page's own host it does not: there the code asks for files, and sends nothing.

import { megabytes } from "./fit.js";
import { fetched } from "./fetched.js";

/**
 * Fetch a file whose size is known.
 * `file` is {path, bytes, what}; `tell(what, loaded, bytes)` is called on the way. Gives a Uint8Array.
 */
export async function download(file, tell) {
  const response = await fetched(file.path, file.what, (answer) => answer);
  const data = new Uint8Array(file.bytes);
  let loaded = 0;
  tell(file.what, 0, file.bytes);
  try {
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      data.set(part.value, loaded); // throws where the file is longer than it should be
      loaded += part.value.length;
      tell(file.what, loaded, file.bytes);
    }
  } catch {
    loaded = -1;
  }
  if (loaded !== file.bytes) {
    throw new Error(`The ${file.what} (${file.path}) did not arrive whole, ${megabytes(file.bytes)} MB. ` +
      "Reload the page to try again.");
  }
  return data;
}

export class Translator {
  #runtime;
  #sessions = new Map();

  /** `page` is what page.json holds; `tell` as for `download`. */
  constructor(page, tell) {
    this.page = page;
    this.tell = tell;
  }

  /** Load the generator of `direction`, 0 or 1; false if it was there already. Throws a sentence. */
  async load(direction) {
    const isNew = !this.#sessions.has(direction);
    await this.#once(direction);
    return isNew;
  }

  /** Translate size x size RGBA into the same. */
  async translate(direction, pixels) {
    const session = await this.#once(direction);
    const { Tensor } = await this.#runtime;
    const size = this.page.image_size;
    const values = new Float32Array(size * size * 3);
    for (let i = 0; i < size * size; i++) {
      for (let channel = 0; channel < 3; channel++) values[3 * i + channel] = pixels[4 * i + channel] / 127.5 - 1;
    }
    const image = new Tensor("float32", values, [1, size, size, 3]);
    const output = (await session.run({ [session.inputNames[0]]: image }))[session.outputNames[0]].data;
    const result = new Uint8ClampedArray(size * size * 4).fill(255);
    for (let i = 0; i < size * size; i++) {
      // The array itself rounds and clips.
      for (let channel = 0; channel < 3; channel++) result[4 * i + channel] = (output[3 * i + channel] + 1) * 127.5;
    }
    return result;
  }

  // Once for each direction, when it is asked for; after a failure it may be asked for again.
  #once(direction) {
    if (!this.#sessions.has(direction)) {
      const session = this.#open(this.page.directions[direction].file);
      session.catch(() => this.#sessions.delete(direction));
      this.#sessions.set(direction, session);
    }
    return this.#sessions.get(direction);
  }

  async #open(file) {
    this.#runtime ??= this.#start(this.page.runtime);
    this.#runtime.catch(() => (this.#runtime = undefined));
    const runtime = await this.#runtime;
    const model = await download(file, this.tell);
    try {
      return await runtime.InferenceSession.create(model, { executionProviders: ["wasm"] });
    } catch (error) {
      throw new Error(`The ${file.what} (${file.path}) cannot be run: build the page anew (${error.message}).`);
    }
  }

  async #start({ script, wasm }) {
    if (typeof WebAssembly !== "object") {
      throw new Error("This browser runs no WebAssembly, which the model needs: allow it, or take a current browser.");
    }
    let runtime;
    try {
      runtime = await import(script);
    } catch {
      throw new Error(`The runtime's script (${script}) is missing: build the page anew with “make web”.`);
    }
    // Threads would need a server that sends headers of its own; any server of plain files is to do.
    runtime.env.wasm.numThreads = 1;
    runtime.env.wasm.wasmBinary = await download(wasm, this.tell);
    return runtime;
  }
}
