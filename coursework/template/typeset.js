// Wait until all mathematics is typeset; then return the beginning of what the page would cut off.
// MathJax keeps an equation and its number apart, so one too long for both sticks out, too.
async () => {
  await new Promise((done) => MathJax.Hub.Queue(done));
  const page = document.body.getBoundingClientRect();
  const cut = ({ width, left, right }) =>
    width > 0 && (right > page.right + 1 || left < page.left - 1);
  return [...document.querySelectorAll(".cell")]
    .filter((cell) =>
      [...cell.querySelectorAll("*")].some((element) => cut(element.getBoundingClientRect())),
    )
    .map((cell) => [...cell.textContent.trim()].slice(0, 60).join(""));
}
