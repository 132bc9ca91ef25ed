// Wait until all mathematics is typeset, and mark code so long that it may run on to another page;
// then return the beginning of what the page would cut off.
// MathJax keeps an equation and its number apart, so one too long for both sticks out, too.
async () => {
  await new Promise((done) => MathJax.Hub.Queue(done));
  for (const pre of document.querySelectorAll("pre"))
    pre.classList.toggle("long", pre.textContent.trim().split("\n").length > 16);
  const page = document.body.getBoundingClientRect();
  const cut = ({ width, left, right }) =>
    width > 0 && (right > page.right + 1 || left < page.left - 1);
  return [...document.querySelectorAll(".cell")]
    .filter((cell) =>
      [...cell.querySelectorAll("*")].some((element) => cut(element.getBoundingClientRect())),
    )
    .map((cell) => [...cell.textContent.trim()].slice(0, 60).join(""));
}
