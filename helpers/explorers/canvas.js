// Shows what the kernel drew: a picture, its words, a problem if there is one, code to copy.
// All of them change together, so what you see always belongs to one setting.

const element = (tag, className, attributes = {}) => {
  const node = document.createElement(tag);
  node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
};

function render({ model, el }) {
  const canvas = element("canvas", "explorer-picture", { role: "img" });
  const problem = element("pre", "explorer-problem", { role: "alert" });
  const text = element("p", "explorer-text", { role: "status" });
  const fold = element("details", "explorer-code");
  const code = element("pre", "");
  const copy = element("button", "jupyter-button", { type: "button" });
  const summary = document.createElement("summary");
  summary.textContent = "Code that repeats this run";
  copy.textContent = "Copy";
  fold.append(summary, copy, code);
  el.append(canvas, problem, text, fold);

  copy.onclick = async () => {
    const selection = window.getSelection();
    selection.selectAllChildren(code);
    try {
      await navigator.clipboard.writeText(code.textContent);
      copy.textContent = "Copied";
    } catch {
      copy.textContent = document.execCommand("copy") ? "Copied" : "Selected: press Ctrl-C";
    }
    setTimeout(() => (copy.textContent = "Copy"), 2000);
  };

  // JupyterLab would take arrow keys in a list as its own commands. The observer
  // waits until the canvas is on the page, inside its explorer.
  const keepKeys = (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true");
  const observer = new ResizeObserver(() => {
    const explorer = el.closest(".explorer");
    explorer?.addEventListener("focusin", keepKeys);
    // one can type into the number of a slider; over a list that would show it and change nothing
    for (const number of explorer?.querySelectorAll(".explorer-list .widget-readout") ?? [])
      number.contentEditable = "false";
  });
  observer.observe(canvas);

  let painting = false;
  let again = false;

  async function paintOnce() {
    const now = Object.fromEntries(
      ["picture", "text", "problem", "code", "settings", "state", "number"].map((name) => [
        name,
        model.get(name),
      ]),
    );
    if (now.picture.byteLength) {
      const bitmap = await createImageBitmap(new Blob([now.picture], { type: "image/png" }));
      if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
        canvas.width = bitmap.width; // also wipes the canvas, hence only when it must be
        canvas.height = bitmap.height;
      }
      canvas.getContext("2d").drawImage(bitmap, 0, 0);
      bitmap.close();
    }
    canvas.classList.toggle("explorer-stale", now.problem !== "");
    canvas.setAttribute("aria-label", now.problem || now.text);
    problem.textContent = now.problem && `⚠ ${now.problem}`;
    problem.hidden = !now.problem;
    text.textContent = now.text;
    code.textContent = now.code;
    fold.hidden = !now.code;
    Object.assign(canvas.dataset, {
      settings: now.settings,
      state: now.state,
      number: now.number,
    });
  }

  async function paint() {
    again = painting;
    if (painting) return;
    painting = true;
    try {
      do {
        again = false;
        await paintOnce();
      } while (again);
    } finally {
      painting = false;
    }
  }

  model.on("change:number", paint);
  paint();
  return () => {
    model.off("change:number", paint);
    observer.disconnect();
  };
}

export default { render };
