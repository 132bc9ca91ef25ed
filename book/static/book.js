// Formulas have no place in the excerpts of a search: they would be raw TeX there.
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return;
  const asText = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const formula of page.querySelectorAll(".math")) formula.replaceWith("…");
    return asText(page.documentElement.outerHTML, anchor);
  };
});
