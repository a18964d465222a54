// From a picture of any kind to the square of pixels that the model was trained on: the same steps as
// studylib/data/images.py, with the same numbers. Another resize is the classic way to make a good model look bad.

// Pillow keeps its weights as whole numbers with this many binary places; so do we, and the results are equal. (From its
// version 13 on it shrinks some upright pictures by columns first: there rounding may fall to the other side.)
const ONE = 2 ** 22;

// Pillow's bicubic filter, a = -1/2.
function bicubic(x) {
  x = Math.abs(x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * -0.5;
  return 0;
}

// For each of `size` new pixels: the first old pixel that counts, and the weights of it and of those that follow. Where
// the picture shrinks, the filter is as wide as what it averages: that is what "antialiased" means.
function weights(oldSize, from, length, size) {
  const scale = length / size;
  const stretch = Math.max(scale, 1);
  const support = 2 * stretch;
  return Array.from({ length: size }, (_, i) => {
    const centre = from + (i + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - support + 0.5), 0);
    const end = Math.min(Math.trunc(centre + support + 0.5), oldSize);
    const raw = [];
    for (let x = first; x < end; x++) raw.push(bicubic((x - centre + 0.5) * (1 / stretch)));
    const sum = raw.reduce((a, b) => a + b, 0);
    return { first, values: raw.map((value) => Math.sign(value) * Math.trunc(0.5 + Math.abs((value / sum) * ONE))) };
  });
}

// Shrink rows of RGBA to `size` pixels each and lay them down as columns: two calls do both directions.
function shrinkRows(pixels, width, height, from, length, size) {
  const result = new Uint8ClampedArray(size * height * 4).fill(255);
  weights(width, from, length, size).forEach(({ first, values }, x) => {
    for (let y = 0; y < height; y++) {
      const start = (y * width + first) * 4;
      for (let channel = 0; channel < 3; channel++) {
        let sum = ONE / 2;
        for (let k = 0; k < values.length; k++) sum += pixels[start + 4 * k + channel] * values[k];
        result[(x * height + y) * 4 + channel] = Math.floor(sum / ONE);
      }
    }
  });
  return result;
}

/** Scale RGBA until its shorter side is `size`, antialiased, and cut the ends off the longer one: size x size RGBA. */
export function fitSquare(pixels, width, height, size) {
  const side = Math.min(width, height);
  const turned = shrinkRows(pixels, width, height, (width - side) / 2, side, size);
  return shrinkRows(turned, height, size, (height - side) / 2, side, size);
}

const MAX_BYTES = 50_000_000;
const MAX_PIXELS = 89_478_485; // as in Python
const SMALLEST = 8; // pixels, the shorter side: of less there is nothing to see

/**
 * Read the file of a picture: upright, transparent parts on white, the first frame of an animation.
 * Gives size x size RGBA; throws an Error whose message is a sentence for the reader.
 */
export async function readPicture(file, size) {
  if (!file.size) throw new Error(`${file.name} is empty: choose another file.`);
  if (file.size > MAX_BYTES) throw new Error(`${file.name} has ${megabytes(file.size)} MB: at most 50 are taken.`);
  let bitmap;
  try {
    // Colour profiles stay unused, as they were in training.
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image", colorSpaceConversion: "none" });
  } catch {
    throw new Error(`${file.name} is damaged or no picture that this browser can read: save it as PNG or JPEG.`);
  }
  try {
    const { width, height } = bitmap;
    if (Math.min(width, height) < SMALLEST) {
      const least = `${SMALLEST} x ${SMALLEST}`;
      throw new Error(`${file.name} is too small, ${width} x ${height} pixels: take one of at least ${least}.`);
    }
    if (width * height > MAX_PIXELS) throw new Error(`${file.name} has too many pixels: make it smaller.`);
    return fitSquare(onWhite(bitmap, file.name), width, height, size);
  } finally {
    bitmap.close();
  }
}

function onWhite(bitmap, name) {
  const { width, height } = bitmap;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  try {
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, width, height).data;
  } catch {
    throw new Error(`${name} is too large for this browser, ${width} x ${height} pixels: make it smaller.`);
  }
}

/** A number of bytes in millions, for a reader. */
export function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1);
}
