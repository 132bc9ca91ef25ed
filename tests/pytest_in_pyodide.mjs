// Run pytest in Pyodide, Python in WebAssembly: node pytest_in_pyodide.mjs FOLDER COURSE [option ...]
// FOLDER holds pyodide/ and, in packages/, what Pyodide itself does not bring along.
import { pathToFileURL } from "node:url";

const [, , folder, course, ...options] = process.argv;
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide/pyodide.mjs`));
const python = await loadPyodide({
    indexURL: `${folder}/pyodide`,
    packages: ["ipython", "matplotlib", "pandas", "pillow", "threadpoolctl"],
    env: { HOME: "/home/pyodide", PYTHONDONTWRITEBYTECODE: "1" },
});
for (const [here, there] of [[course, "/course"], [`${folder}/packages`, "/packages"]]) {
    python.FS.mkdirTree(there);
    python.mountNodeFS(there, here);
}
globalThis.options = options;
process.exitCode = python.runPython(`
import os, sys
from js import options
sys.path.append("/packages")
os.chdir("/course")
import pytest
int(pytest.main(options.to_py()))
`);
