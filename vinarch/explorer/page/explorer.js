// Joins the page to its session, keeps the URL equal to its state, and makes Bokeh's parts reachable by keys.
"use strict";

// Bokeh takes a second to start: the frame of the page is painted before.
const painted = () => new Promise((done) => {
  requestAnimationFrame(() => setTimeout(done));
  setTimeout(done, 300); // A tab behind another one is never painted.
});

const loaded = (file) => new Promise((done, failed) => {
  const script = document.createElement("script");
  script.src = file;
  script.onload = done;
  script.onerror = () => failed(new Error(`${file} cannot be loaded`));
  document.head.append(script);
});

const connected = (address) => {
  let steps = address.steps;
  history.replaceState(null, "", `?${address.query}`);
  address.properties.query.change.connect(() => {
    const url = `?${address.query}`;
    // The way back through the browser's history has set the URL already.
    if (location.search !== url) {
      history[address.steps > steps ? "pushState" : "replaceState"](null, "", url);
    }
    steps = address.steps;
  });
  const told = document.getElementById("status");
  told.textContent = address.status;
  address.properties.status.change.connect(() => { told.textContent = address.status; });
  addEventListener("popstate", () => {
    address.asked = location.search;
    address.asks += 1;
  });
};

const wait = () => {
  const address = Bokeh.documents[0]?.get_model_by_name("address");
  if (address) {
    connected(address);
    document.documentElement.dataset.connected = "yes";
  } else {
    setTimeout(wait, 20);
  }
};

const begin = async () => {
  const { scripts, items } = JSON.parse(document.getElementById("items").textContent);
  await painted();
  for (const file of scripts) await loaded(file);
  performance.mark("joined");
  Bokeh.embed.embed_items({}, items);
  wait();
};
begin();

document.getElementById("copy").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = "Copied";
  } catch {
    prompt("The link to this selection:", location.href);
  }
  setTimeout(() => { button.textContent = "Copy link"; }, 1500);
});

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

// The table of rows (SlickGrid) takes the focus whenever a row is chosen, even elsewhere, keeps Tab
// for itself and has six places to stop at. Here it has one, which only the reader enters.
const focus = HTMLElement.prototype.focus;
HTMLElement.prototype.focus = function (...options) {
  const entered = !this.hasAttribute("hidefocus") || this.getRootNode().activeElement;
  if (entered) focus.apply(this, options);
};
const steps = (view, event) => {
  // The arrow keys go on from the row that is chosen, wherever it was; from none to the first.
  const [row = null] = view.grid.getSelectedRows();
  if (row === null) event.stopImmediatePropagation();
  if (view.grid.getActiveCell()?.row !== row) view.grid.setActiveCell(row ?? 0, 0);
};
addEventListener("keydown", (event) => {
  const table = window.Bokeh?.documents[0]?.get_model_by_name("listed");
  const view = table && Bokeh.index.find_one(table);
  if (!view) return;
  const inside = event.composedPath().includes(view.el);
  if (event.key === "Tab") {
    const stops = [...view.shadow_el.querySelectorAll("[tabindex]")];
    const one = view.shadow_el.activeElement ?? stops[0];
    for (const stop of stops) stop.tabIndex = stop === one ? 0 : -1;
    if (inside) event.stopImmediatePropagation();
  } else if (inside && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    steps(view, event);
  }
}, true);

// A canvas keeps its pixels on paper, so the sheet takes the width of the screen.
const SHEET = 1046;
addEventListener("beforeprint", () => {
  const wide = document.getElementById("main").clientWidth;
  document.documentElement.style.setProperty("--on-screen", `${wide}px`);
  document.documentElement.style.setProperty("--to-sheet", SHEET / wide);
});
