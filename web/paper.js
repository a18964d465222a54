// The canvas one draws on, with mouse, pen, finger or keyboard. It has the model's own pixels, so that what is seen is
// what the model gets; CSS enlarges it.

const KEPT = 50; // steps back; one takes 16 kB
const REST = 500; // ms until the place of the keyboard's pen is told: while it moves, nobody could follow

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Paper {
  pen = { colour: "#000000", width: 2 };
  #past = [];
  #from = null; // where the line goes on from; null while no pen is down
  #position;
  #rest; // the timer that tells the place

  /**
   * `cursor` is the element that shows the place of the keyboard's pen; `drawn()` is called after every change by hand,
   * `say(text)` with what the keyboard's pen does.
   */
  constructor(canvas, cursor, size, drawn, say) {
    canvas.width = canvas.height = size;
    Object.assign(this, { canvas, cursor, size, drawn, say });
    this.context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    this.#fill();
    this.#position = [Math.round(size / 2), Math.round(size / 2)];
    canvas.addEventListener("pointerdown", (event) => this.#pointerDown(event));
    canvas.addEventListener("pointermove", (event) => this.#pointerMove(event));
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (event) => event.isPrimary && this.#lift()); // not another finger's
    }
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("focus", () => this.#showCursor(canvas.matches(":focus-visible")));
    canvas.addEventListener("blur", () => {
      this.#lift();
      this.#showCursor(false);
      clearTimeout(this.#rest);
    });
  }

  /** size x size RGBA. */
  get pixels() {
    return this.context.getImageData(0, 0, this.size, this.size).data;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  /** Put a picture, size x size RGBA, on the paper. */
  show(pixels) {
    this.#remember();
    this.#put(pixels);
  }

  clear() {
    this.#remember();
    this.#fill();
  }

  undo() {
    if (!this.canUndo) return;
    clearTimeout(this.#rest);
    this.say(this.#from ? "Undone, and the pen is up." : "Undone.");
    this.#lift();
    this.#put(this.#past.pop());
  }

  #fill() {
    this.context.fillStyle = "#fff";
    this.context.fillRect(0, 0, this.size, this.size);
  }

  #put(pixels) {
    this.context.putImageData(new ImageData(pixels, this.size), 0, 0);
  }

  #remember() {
    this.#past.push(this.pixels);
    if (this.#past.length > KEPT) this.#past.shift();
  }

  #begin(place) {
    this.#remember();
    this.#from = place;
    this.#lineTo(place); // a line to where it begins: a dot
  }

  #lift() {
    this.#from = null;
    this.#showCursor(!this.cursor.hidden);
  }

  #lineTo(place) {
    const { context, pen } = this;
    Object.assign(context, { strokeStyle: pen.colour, lineWidth: pen.width, lineCap: "round", lineJoin: "round" });
    context.beginPath();
    context.moveTo(...this.#from);
    context.lineTo(...place);
    context.stroke();
    this.#from = place;
  }

  #place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * this.size, ((event.clientY - box.top) / box.height) * this.size];
  }

  #pointerDown(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.#showCursor(false);
    this.#begin(this.#place(event));
    this.drawn();
  }

  #pointerMove(event) {
    if (!this.#from || !event.isPrimary || !event.buttons) return;
    // A fast hand moves several times between two frames.
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) this.#lineTo(this.#place(move));
    this.drawn();
  }

  #key(event) {
    const arrow = ARROWS[event.key];
    if (arrow) this.#move(arrow, event.shiftKey ? 8 : 1);
    else if (event.key === " ") this.#toggle();
    else return;
    event.preventDefault(); // the page would scroll
    this.#showCursor(true);
  }

  #move(arrow, step) {
    this.#position = this.#position.map((at, axis) => Math.min(Math.max(at + arrow[axis] * step, 0), this.size));
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#tellPlace(), REST);
    if (!this.#from) return;
    this.#lineTo([...this.#position]);
    this.drawn();
  }

  #toggle() {
    if (this.#from) {
      this.#lift();
    } else {
      this.#begin([...this.#position]);
      this.drawn();
    }
    this.#tellPlace();
  }

  #tellPlace() {
    clearTimeout(this.#rest);
    this.say(`Pen ${this.#from ? "down" : "up"} at column ${this.#position[0]}, row ${this.#position[1]}.`);
  }

  #showCursor(shown) {
    this.cursor.hidden = !shown;
    this.cursor.classList.toggle("down", this.#from !== null);
    const [x, y] = this.#position.map((at) => `${(100 * at) / this.size}%`);
    Object.assign(this.cursor.style, { left: x, top: y });
  }
}
