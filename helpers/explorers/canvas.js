// Shows what the kernel drew: a picture, its numbers and words, a problem if there is one, code to
// copy. All of them change together, so what you see always belongs to one setting.

const REST = 40; // milliseconds that a pointer must rest to point at something
const PATIENCE = 1200; // milliseconds before a reader is told that the kernel is busy
const BUSY = "Another cell is running. The picture follows when it is done.";
const GONE = `The kernel of this picture was restarted or has ended, so its controls move nothing.
Select this cell, choose Run ▸ Run All Above Selected Cell, then run this cell (Shift-Enter).`;

const THEME = {
  background: "--jp-layout-color0", // first: the others are seen on it
  text: "--jp-content-font-color1",
  muted: "--jp-content-font-color2",
  grid: "--jp-border-color2",
};

const element = (tag, className, attributes = {}) => {
  const node = document.createElement(tag);
  node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
};

// What ipywidgets leaves out: names and values for screen readers, numbers typed for a slider over
// a list, buttons beside a number. Called again whenever a control has changed.
function improve(control, lists) {
  const label = control.querySelector(".widget-label")?.textContent;
  const readout = control.querySelector(".widget-readout");
  const handle = control.querySelector(".noUi-handle");
  const input = control.querySelector("input[type=number]");
  const values = lists[label];
  if (handle && readout) {
    const value = readout.textContent; // of a list, noUiSlider tells the place
    for (const [node, name, words] of [
      [handle, "aria-label", label],
      [handle, "aria-valuetext", value],
      [readout, "role", "textbox"],
      [readout, "aria-label", `${label}, as a number`],
    ])
      if (node.getAttribute(name) !== words) node.setAttribute(name, words);
  }
  if (handle && values && !readout.onblur) {
    readout.onblur = () => {
      const typed = parseFloat(readout.textContent.replace("−", "-"));
      const away = values.map((value) => Math.abs(value - typed));
      const slider = control.querySelector(".noUi-target").noUiSlider;
      if (!Number.isNaN(typed)) slider.set(away.indexOf(Math.min(...away)));
      readout.textContent = values[Math.round(slider.get())];
    };
    readout.onkeydown = (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      readout.blur();
    };
  }
  if (input && !control.querySelector("button")) {
    for (const [sign, step] of Object.entries({ "−": "stepDown", "+": "stepUp" })) {
      const name = `${label} ${sign} 1`;
      const button = element("button", "jupyter-button", { type: "button", "aria-label": name });
      button.textContent = sign;
      button.onclick = () => {
        input[step]();
        input.dispatchEvent(new Event("change", { bubbles: true }));
      };
      control.append(button);
    }
  }
}

// The theme's colors as #rrggbb, by what they are for; nothing on white, and outside of JupyterLab.
function themeColors(node) {
  const style = getComputedStyle(node);
  const context = element("canvas", "", { width: 1, height: 1 }).getContext("2d");
  const colors = {};
  for (const [role, name] of Object.entries(THEME)) {
    const color = style.getPropertyValue(name).trim();
    if (!color) return {};
    // over the background, as it may be half transparent
    for (const one of [colors.background ?? color, color]) {
      context.fillStyle = one;
      context.fillRect(0, 0, 1, 1);
    }
    const parts = [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    colors[role] = `#${parts.map((n) => n.toString(16).padStart(2, "0")).join("")}`;
  }
  return colors.background === "#ffffff" ? {} : colors;
}

function render({ model, el }) {
  el.classList.add("explorer-canvas");
  const notice = element("p", "explorer-notice", { role: "alert" });
  const frame = element("div", "explorer-frame");
  const canvas = element("canvas", "explorer-picture", { role: "img" });
  const words = element("div", "explorer-words");
  const problem = element("pre", "explorer-problem", { role: "alert" });
  const numbers = element("div", "explorer-numbers");
  const text = element("p", "explorer-text", { role: "status" });
  const fold = element("details", "explorer-code");
  const code = element("pre", "");
  const copy = element("button", "jupyter-button", { type: "button" });
  const summary = document.createElement("summary");
  summary.textContent = "Code that repeats this run";
  copy.textContent = "Copy";
  notice.hidden = true;
  frame.append(canvas);
  words.append(problem, numbers, text);
  fold.append(summary, copy, code);
  el.append(notice, frame, words, fold);

  copy.onclick = () => {
    window.getSelection().selectAllChildren(code);
    copy.textContent = document.execCommand("copy") ? "Copied" : "Selected: press Ctrl-C";
    setTimeout(() => (copy.textContent = "Copy"), 2000);
  };

  // the explorer around this canvas, once that is on the page
  let explorer = null;
  const controls = new MutationObserver(() => {
    for (const control of explorer.querySelectorAll(
      ":is(.explorer-controls, .explorer-buttons) > *",
    ))
      improve(control, model.get("lists"));
  });
  const itself = new MutationObserver(tell);

  function arrive() {
    explorer = el.closest(".explorer");
    if (!explorer) return;
    // JupyterLab would take arrow keys in a list as its own commands
    explorer.addEventListener("focusin", (event) =>
      event.target.setAttribute("data-lm-suppress-shortcuts", "true"),
    );
    for (const name of ["change", "keydown", "pointerdown", "pointerup"])
      explorer.addEventListener(name, (event) => expect(event), true);
    controls.observe(explorer.querySelector(".explorer-layout"), {
      subtree: true,
      childList: true,
      attributeFilter: ["aria-valuetext"],
    });
    itself.observe(explorer, { attributeFilter: ["class"] });
    tell();
  }

  // whether the kernel is there, and answers
  const kernel = model.widget_manager?.kernel;
  let waiting = null;
  let unanswered = false;
  function expect(event, looks = 3) {
    if (event?.target.closest?.(".explorer-canvas")) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      unanswered = kernel?.status === "busy";
      tell();
      // look again: it may become busy only now, or idle without a picture
      if (unanswered || looks) expect(null, unanswered ? 3 : looks - 1);
    }, PATIENCE);
  }
  function tell() {
    const gone = explorer?.classList.contains("jupyter-widgets-disconnected");
    const says = gone ? GONE : unanswered ? BUSY : "";
    if (notice.textContent !== says) notice.textContent = says;
    notice.hidden = !says;
  }

  // what the kernel must know of this page to draw, told once the picture is to be seen
  let sent = "";
  let visible = false;
  let soon = null;
  function look() {
    clearTimeout(soon);
    soon = setTimeout(() => {
      if (!el.clientWidth || !visible) return;
      const [space, ratio] = [el.clientWidth, window.devicePixelRatio];
      const view = { space, ratio, colors: themeColors(el) };
      if (JSON.stringify(view) === sent) return;
      sent = JSON.stringify(view);
      words.style.minHeight = "";
      model.set("view", view);
      model.save_changes();
    }, 100);
  }
  const size = new ResizeObserver(() => {
    if (!explorer) arrive();
    look();
  });
  size.observe(el);
  const sight = new IntersectionObserver((entries) => {
    visible = entries.at(-1).isIntersecting;
    look();
  });
  sight.observe(el);
  const theme = new MutationObserver(look);
  theme.observe(document.body, { attributeFilter: ["data-jp-theme-name", "data-jp-theme-light"] });
  window.addEventListener("resize", look);

  // what is pointed at; a message is never merged with the next one, as a changed value would be
  if (model.get("pointable")) {
    canvas.classList.add("explorer-pointable");
    let resting = null;
    const send = (event) => {
      const box = canvas.getBoundingClientRect();
      const place = [(event.clientX - box.x) / box.width, (event.clientY - box.y) / box.height];
      model.send({ place, click: event.type === "click" });
    };
    canvas.onpointermove = (event) => {
      clearTimeout(resting);
      resting = setTimeout(() => send(event), REST);
    };
    canvas.onpointerleave = () => clearTimeout(resting);
    canvas.onclick = (event) => {
      clearTimeout(resting);
      send(event);
    };
  }

  async function paintNewest() {
    const names = "picture width least text numbers problem code settings state number".split(" ");
    const now = Object.fromEntries(names.map((name) => [name, model.get(name)]));
    if (now.picture.byteLength) {
      const bitmap = await createImageBitmap(new Blob([now.picture]));
      if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
        canvas.width = bitmap.width;
        canvas.height = bitmap.height;
      }
      canvas.style.width = `${now.width}px`;
      canvas.style.maxWidth = `max(100%, ${now.least}px)`;
      canvas.style.aspectRatio = `${bitmap.width} / ${bitmap.height}`;
      canvas.getContext("bitmaprenderer").transferFromImageBitmap(bitmap);
    }
    canvas.classList.toggle("explorer-stale", now.problem !== "");
    canvas.setAttribute("aria-label", now.problem || now.text);
    problem.textContent = now.problem && `⚠ ${now.problem}`;
    problem.hidden = !now.problem;
    numbers.replaceChildren(
      ...now.numbers.map(([name, value, was]) => {
        const [one, large] = [element("div", ""), element("strong", "")];
        large.textContent = value;
        one.append(large, was ? `${name}, was ${was}` : name);
        return one;
      }),
    );
    text.textContent = now.text;
    code.textContent = now.code;
    fold.hidden = !now.code;
    // sizes are asked for together, as the page is laid out anew for that
    const [overflows, height] = [frame.scrollWidth > frame.clientWidth, words.offsetHeight];
    if (overflows) frame.tabIndex = 0; // arrow keys push it aside
    else frame.removeAttribute("tabindex");
    // what was once needed stays reserved, so that nothing below jumps
    words.style.minHeight = `${Math.max(parseFloat(words.style.minHeight) || 0, height)}px`;
    Object.assign(canvas.dataset, {
      settings: now.settings,
      state: now.state,
      number: now.number,
    });
    clearTimeout(waiting);
    unanswered = false;
    tell();
  }

  // one after the other, and of those that came meanwhile only the newest
  let painted = Promise.resolve();
  const isNew = () => canvas.dataset.number !== `${model.get("number")}`;
  const paint = () => {
    painted = painted.then(() => isNew() && paintNewest()).catch(console.error);
  };

  model.on("change:number", paint);
  paint();
  return () => {
    model.off("change:number", paint);
    for (const observer of [controls, itself, size, sight, theme]) observer.disconnect();
    window.removeEventListener("resize", look);
    clearTimeout(waiting);
    clearTimeout(soon);
  };
}

export default { render };
