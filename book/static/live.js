// Makes still pictures live: Python runs the explorer in a worker, and its widgets have their other
// halves here. A model is what pad.js and canvas.js expect of one; the other controls are the
// browser's own.

const models = {}; // by id
const scripts = {}; // what widgets bring along, by its text
const queue = []; // what the worker has yet to be told
let worker = null;
let busy = false;

class Model extends EventTarget {
  constructor(id) {
    super();
    this.id = id;
    this.state = {};
    this.changes = {};
  }
  get(name) {
    return this.state[name];
  }
  put(state) {
    Object.assign(this.state, state);
    for (const name in state) this.dispatchEvent(new Event(`change:${name}`));
  }
  set(name, value) {
    this.changes[name] = value;
    this.put({ [name]: value });
  }
  save_changes() {
    const last = queue.at(-1);
    if (last?.id === this.id && last.message.state) Object.assign(last.message.state, this.changes);
    else tell({ id: this.id, message: { method: "update", state: this.changes } });
    this.changes = {};
  }
  send(content) {
    tell({ id: this.id, message: { method: "custom", content } });
  }
  on(name, call) {
    this.addEventListener(name, call);
  }
  off(name, call) {
    this.removeEventListener(name, call);
  }
}

function tell(message) {
  queue.push(message);
  next();
}

function next() {
  if (busy || !queue.length) return;
  busy = true;
  worker.postMessage(queue.shift());
}

// What is seen of a widget.

async function view(model) {
  const kind = model.get("_view_name").replace("View", "");
  const el = document.createElement(kind === "Button" ? "button" : "div");
  el.classList.add(...model.get("_dom_classes"));
  if (kind === "Any") {
    const script = model.get("_esm");
    if (!(script in scripts)) {
      const style = document.head.appendChild(document.createElement("style"));
      style.textContent = model.get("_css");
      const file = new Blob([script], { type: "text/javascript" });
      scripts[script] = import(URL.createObjectURL(file));
    }
    (await scripts[script]).default.render({ model, el });
  } else if (kind.endsWith("Box")) {
    for (const child of model.get("children"))
      el.append(await view(models[child.replace("IPY_MODEL_", "")]));
  } else if (kind === "Button") {
    const name = () => (el.textContent = model.get("description"));
    model.on("change:description", name);
    name();
    el.type = "button";
    el.onclick = () => model.send({ event: "click" });
  } else control(model, kind, el);
  return el;
}

function control(model, kind, el) {
  const options = model.get("_options_labels");
  const name = options ? "index" : "value";
  const input = document.createElement(kind === "Dropdown" ? "select" : "input");
  const label = document.createElement("label");
  const readout = document.createElement("span");
  input.id = `control-${model.id}`;
  label.htmlFor = input.id;
  label.className = "widget-label";
  label.textContent = model.get("description");
  el.classList.add("control");
  el.append(label, input);
  if (kind === "Dropdown") input.append(...options.map((words, i) => new Option(words, i)));
  else if (kind === "Text") input.placeholder = model.get("placeholder");
  else {
    input.type = kind === "IntText" ? "number" : "range";
    input.min = options ? 0 : model.get("min");
    input.max = options ? options.length - 1 : model.get("max");
    input.step = (!options && model.get("step")) || 1;
    if (input.type === "range") el.append(readout);
  }
  const shown = () => {
    const value = model.get(name);
    input.value = value;
    const words = kind === "FloatSlider" ? value.toFixed(2) : value;
    readout.textContent = options ? options[value] : words;
    if (input.type === "range") input.setAttribute("aria-valuetext", readout.textContent);
  };
  input.addEventListener(input.type === "range" ? "input" : "change", () => {
    model.set(name, kind === "Text" ? input.value : Number(input.value));
    model.save_changes();
  });
  readout.className = "widget-readout";
  model.on(`change:${name}`, shown);
  shown();
}

// The still pictures, and what the worker says.

const stills = {}; // those that are being made live, by their code

async function heard({ data }) {
  const { id, state, begun, megabytes, loaded, failed, done } = data;
  if (state) {
    for (const [name, value] of Object.entries(state))
      if (ArrayBuffer.isView(value))
        state[name] = new DataView(value.buffer, value.byteOffset, value.byteLength);
    (models[id] ??= new Model(id)).put(state);
  }
  if (begun) {
    const explorer = await view(models[id]);
    explorer.tabIndex = -1;
    stills[begun].replaceWith(explorer);
    explorer.focus();
    delete stills[begun];
  }
  if (failed) console.error(failed);
  for (const still of Object.values(stills)) {
    const status = still.querySelector("[role=status]");
    const all = still.dataset.megabytes;
    if (megabytes) status.textContent = `Loading: ${megabytes.toFixed(0)} of about ${all} MB …`;
    if (loaded) status.textContent = "Loaded. Python makes the explorer …";
    if (failed) status.textContent = `It did not start (${failed}). Reload this page to try again.`;
  }
  if (done) {
    busy = false;
    next();
  }
}

for (const still of document.querySelectorAll("[data-explorer]")) {
  const bar = document.createElement("p");
  bar.className = "run";
  bar.innerHTML = `<button type="button" class="button">Make it live</button>
    <span role="status">loads Python and the course, about ${still.dataset.megabytes} MB, and runs
    them in this page</span>`;
  still.prepend(bar);
  const button = bar.querySelector("button");
  button.onclick = () => {
    button.disabled = true;
    bar.querySelector("span").textContent = "Starting …";
    const code = still.dataset.explorer;
    stills[code] = still;
    if (!worker) {
      worker = new Worker(new URL("live-worker.js", import.meta.url), { type: "module" });
      worker.onmessage = heard;
      worker.onerror = (error) => heard({ data: { failed: error.message } });
    }
    tell({ begin: code });
  };
}
