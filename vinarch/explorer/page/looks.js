// What a live page and a saved one share: a bright mark of the focus, and a sheet of paper's width.
"use strict";
{
  // The shadow roots around what has the focus.
  const around = (root = document) => {
    const inner = root.activeElement?.shadowRoot;
    return inner ? [inner, ...around(inner)] : [];
  };

  // Bokeh's marks of the focus are faint, and a style of the page does not reach them.
  const ring = new CSSStyleSheet();
  ring.replaceSync(`
    :focus-visible { outline: 3px solid #b5532a !important; outline-offset: 1px; }
    .bk-events:focus-visible { outline-offset: -3px; }
  `);
  addEventListener("keyup", () => {
    for (const root of around()) {
      if (!root.adoptedStyleSheets.includes(ring)) root.adoptedStyleSheets.push(ring);
    }
  });

  // A canvas keeps its pixels on paper, so the sheet takes the width of the screen.
  const SHEET = 1046;
  addEventListener("beforeprint", () => {
    const wide = document.getElementById("main").clientWidth;
    document.documentElement.style.setProperty("--on-screen", `${wide}px`);
    document.documentElement.style.setProperty("--to-sheet", SHEET / wide);
  });
}
