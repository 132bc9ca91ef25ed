// Wait until all mathematics is typeset. Mark code so long that it may run on to another page, and
// text that leads to what stands below it, such as one that ends in a colon;
// then return the beginning of what the page would cut off.
// MathJax keeps an equation and its number apart, so one too long for both sticks out, too.
async () => {
  await new Promise((done) => MathJax.Hub.Queue(done));
  for (const pre of document.querySelectorAll("pre"))
    pre.classList.toggle("long", pre.textContent.trim().split("\n").length > 16);
  for (const text of document.querySelectorAll("p")) {
    const words = text.innerText.trim();
    const next = text.nextElementSibling ?? text.closest(".cell")?.nextElementSibling;
    const opens = text.previousElementSibling?.matches("h2, h3"); // a heading is not left, either
    const toCode = (opens || /\w$/.test(words)) && next?.matches(".code_cell, .highlight");
    text.classList.toggle("leads", words.endsWith(":") || Boolean(toCode));
  }
  const page = document.body.getBoundingClientRect();
  const cut = ({ width, left, right }) =>
    width > 0 && (right > page.right + 1 || left < page.left - 1);
  return [...document.querySelectorAll(".cell")]
    .filter((cell) =>
      [...cell.querySelectorAll("*")].some((element) => cut(element.getBoundingClientRect())),
    )
    .map((cell) => [...cell.textContent.trim()].slice(0, 60).join(""));
}
