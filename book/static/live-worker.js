// Python and the course in a worker of the page: the same Pyodide that runs the chapters.

import { loadPyodide } from "../lab/static/pyodide/pyodide.mjs";

const here = (name) => new URL(name, import.meta.url).href;

let megabytes = 0;
const ask = self.fetch;
self.fetch = async (...request) => {
  const answer = await ask(...request);
  megabytes += Number(answer.headers.get("content-length")) / 1e6;
  postMessage({ megabytes });
  return answer;
};

async function start() {
  const pyodide = await loadPyodide({ indexURL: here("../lab/static/pyodide/") });
  await pyodide.loadPackage("neural-network-from-scratch");
  const network = await (await fetch(here("network.npz"))).arrayBuffer();
  const code = await (await fetch(here("live.py"))).text();
  postMessage({ loaded: true });
  pyodide.FS.writeFile("network.npz", new Uint8Array(network));
  pyodide.runPython(code);
  return Object.fromEntries(["begin", "receive"].map((name) => [name, pyodide.globals.get(name)]));
}
const started = start();

onmessage = async ({ data: { begin, id, message } }) => {
  try {
    const python = await started;
    if (begin) postMessage({ begun: begin, id: python.begin(begin) });
    else python.receive(id, message);
  } catch (error) {
    postMessage({ failed: String(error).trim().split("\n").at(-1) });
  }
  // what this message has set off comes first: then the newest of those that wait is enough
  setTimeout(() => postMessage({ done: true }));
};
