// A square of paper. Every stroke goes onto two canvases: a fine one to look at, and one of
// `side` by `side` pixels whose alpha channel is the ink that the kernel gets.

const SIZE = 280; // of the paper, in the units of the pen's width
const STEP = 10; // of an arrow key; a fifth of it with Shift

let pads = 0;

function render({ model, el }) {
  const side = model.get("side");
  el.classList.add("drawing-pad");
  const id = `drawing-pad-${(pads += 1)}`;
  el.innerHTML = `
    <label class="widget-label" id="${id}"></label>
    <div class="drawing-pad-paper">
      <canvas tabindex="0" role="application" aria-labelledby="${id}" aria-describedby="${id}-keys"
        ></canvas>
      <div class="drawing-pad-cross"></div>
    </div>
    <div class="drawing-pad-tools">
      <label>pen <input type="range" min="4" max="48" step="2"></label>
      <button type="button" class="jupyter-button">Undo</button>
      <button type="button" class="jupyter-button">Clear</button>
    </div>
    <p class="drawing-pad-keys" id="${id}-keys">Draw with the mouse or a finger. With keys: arrows
      move the cross, Space lowers and lifts the pen, Ctrl-Z takes back a stroke, Delete clears.
      <strong role="status"></strong></p>`;
  const [label, paper, cross, pen, undo, clear, status] = [
    "label",
    "canvas",
    ".drawing-pad-cross",
    "input",
    "button",
    "button + button",
    "[role=status]",
  ].map((what) => el.querySelector(what));
  label.textContent = model.get("description");

  const layer = (canvas, pixels, settings) => {
    canvas.width = canvas.height = pixels;
    const context = canvas.getContext("2d", settings);
    context.scale(pixels / SIZE, pixels / SIZE);
    context.lineCap = context.lineJoin = "round";
    return context;
  };
  const fine = layer(paper, SIZE * Math.ceil(window.devicePixelRatio));
  const ink = layer(document.createElement("canvas"), side, { willReadFrequently: true });
  const layers = [fine, ink];

  // from the pad to the kernel: at most once for each frame of the screen
  let sent = null;
  let waiting = false;
  function send() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const { data } = ink.getImageData(0, 0, side, side);
      sent = new DataView(Uint8Array.from({ length: side * side }, (_, i) => data[4 * i + 3]).buffer);
      model.set("value", sent);
      model.save_changes();
    });
  }

  // from the kernel, or from another view of this pad
  function receive() {
    const value = model.get("value");
    if (value === sent) return;
    say("");
    past.length = 0;
    const image = new ImageData(side, side);
    for (let i = 0; i < side * side; i++) image.data[4 * i + 3] = value.getUint8(i);
    ink.putImageData(image, 0, 0);
    fine.clearRect(0, 0, SIZE, SIZE);
    fine.drawImage(ink.canvas, 0, 0, SIZE, SIZE);
  }

  function line(from, to) {
    for (const context of layers) {
      context.lineWidth = model.get("pen");
      context.beginPath();
      context.moveTo(...from);
      context.lineTo(to[0] + 0.01, to[1]); // a line without length would leave no dot
      context.stroke();
    }
    send();
  }

  // what was on both canvases before each of the last strokes
  const past = [];
  function remember() {
    past.push(layers.map((one) => one.getImageData(0, 0, one.canvas.width, one.canvas.height)));
    if (past.length > 30) past.shift();
  }

  function takeBack() {
    if (!past.length) return say("Nothing to take back.");
    const before = past.pop();
    layers.forEach((one, i) => one.putImageData(before[i], 0, 0));
    last = null;
    down = false;
    show();
    say("Taken back.");
    send();
  }

  function wipe() {
    remember();
    for (const context of layers) context.clearRect(0, 0, SIZE, SIZE);
    down = false;
    show();
    say("Cleared.");
    send();
  }

  // mouse, finger, pen
  let last = null; // where the stroke is, while one is being drawn
  const position = (event) => {
    const box = paper.getBoundingClientRect();
    return [
      ((event.clientX - box.left) * SIZE) / box.width,
      ((event.clientY - box.top) * SIZE) / box.height,
    ];
  };
  paper.onpointerdown = (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    paper.setPointerCapture(event.pointerId);
    last = position(event);
    remember();
    line(last, last);
    say("");
  };
  paper.onpointermove = (event) => {
    if (!last || !event.isPrimary) return;
    for (const step of event.getCoalescedEvents?.() ?? [event]) {
      const next = position(step);
      line(last, next);
      last = next;
    }
  };
  paper.onpointerup = paper.onpointercancel = () => {
    last = null;
  };

  // keys
  const at = [SIZE / 2, SIZE / 2];
  let down = false;
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const show = () => {
    cross.style.left = `${(100 * at[0]) / SIZE}%`;
    cross.style.top = `${(100 * at[1]) / SIZE}%`;
    cross.classList.toggle("down", down);
  };
  const say = (words) => {
    status.textContent = words;
  };
  paper.onkeydown = (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z") {
      takeBack();
      return event.preventDefault();
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in ARROWS) {
      const from = [...at];
      for (const axis of [0, 1]) {
        const step = ARROWS[event.key][axis] * (event.shiftKey ? STEP / 5 : STEP);
        at[axis] = Math.min(Math.max(at[axis] + step, 0), SIZE);
      }
      if (down) line(from, at);
    } else if (event.key === " ") {
      if (event.repeat) return event.preventDefault();
      down = !down;
      if (down) {
        remember();
        line(at, at);
      }
      say(down ? "Pen down." : "Pen up.");
    } else if (event.key === "Delete" || event.key === "Backspace") {
      wipe();
    } else return;
    show();
    event.preventDefault();
  };

  undo.onclick = takeBack;
  clear.onclick = wipe;
  pen.oninput = () => {
    model.set("pen", Number(pen.value));
    model.save_changes();
  };
  const showPen = () => {
    pen.value = model.get("pen");
  };

  model.on("change:value", receive);
  model.on("change:pen", showPen);
  showPen();
  show();
  receive();
  return () => {
    model.off("change:value", receive);
    model.off("change:pen", showPen);
  };
}

export default { render };
