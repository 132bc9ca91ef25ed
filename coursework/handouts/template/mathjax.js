MathJax.Hub.Config({
  messageStyle: "none",
  showMathMenu: false,
  menuSettings: { assistiveMML: false }, // its words would stand in the page a second time
  tex2jax: {
    inlineMath: [["$", "$"]],
    displayMath: [["$$", "$$"]],
    processEscapes: true,
  },
  "HTML-CSS": {
    availableFonts: [],
    preferredFont: null, // the font that comes along, whatever this machine has
    webFont: "STIX-Web",
    imageFont: null,
    linebreaks: { automatic: false }, // or short formulas in tables are broken apart
    scale: 100,
    matchFontHeight: false,
  },
});
