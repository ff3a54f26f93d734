// Joins the page to its session and to the next one where it is lost, keeps the URL equal to its
// state, and makes Bokeh's parts reachable by keys.
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

const told = document.getElementById("status");

// The tabs of the pages lead there with what is chosen.
const links = [...document.querySelectorAll("nav a")].map((link) => (
  [link, new URLSearchParams(link.search).get("page")]
));
const lead = (query) => {
  for (const [link, page] of links) {
    const kept = new URLSearchParams(query);
    kept.set("page", page);
    link.search = kept;
  }
};

// What a session held stands in the address: a page without one is opened anew once somebody answers.
const AGAIN = 2000, SELDOM = 60000;
const LOST = "The explorer does not answer. What is chosen stands in the address of this page, which "
  + "opens again by itself once the explorer is back.";
const OTHER = "The explorer was started anew and does not know this browser: open the link that it printed.";
const lost = () => {
  if (document.documentElement.dataset.connected === "lost") return;
  document.documentElement.dataset.connected = "lost";
  for (const part of document.querySelectorAll("nav, .tools, aside, .slots")) part.inert = true;
  told.textContent = LOST;
  // Of pages that were opened in vain, one after the other, each waits longer.
  const tries = history.state?.tries ?? 0;
  let pause = Math.min(AGAIN * 2 ** tries, SELDOM);
  const ask = async () => {
    told.textContent = LOST;
    try {
      const answer = await fetch("page/explorer.js", { cache: "no-store", redirect: "manual" });
      // Another program may have the port by now.
      if (answer.headers.has("X-Vinarch-Explorer")) {
        history.replaceState({ tries: tries + 1 }, "");
        return location.reload();
      }
      if (answer.type === "opaqueredirect") {
        told.textContent = OTHER;
        pause = Math.min(2 * pause, SELDOM);
      }
    } catch {
      pause = AGAIN; // Nobody is there, so nobody is bothered.
    }
    setTimeout(ask, pause);
  };
  setTimeout(ask, pause);
};

const connected = (address) => {
  let steps = address.steps;
  // What this explorer could not follow another one may, such as that of before on the same port.
  history.replaceState(null, "", address.whole ? `?${address.query}` : location.search);
  lead(address.query);
  address.properties.query.change.connect(() => {
    const url = `?${address.query}`;
    lead(address.query);
    // The way back through the browser's history has set the URL already.
    if (location.search !== url) {
      history[address.steps > steps ? "pushState" : "replaceState"](null, "", url);
    }
    steps = address.steps;
  });
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
    Bokeh.documents[0].on_event("connection_lost", lost);
    document.documentElement.dataset.connected = "yes";
  } else if (document.documentElement.dataset.connected !== "lost") {
    setTimeout(wait, 20);
  }
};

const begin = async () => {
  const { scripts, items } = JSON.parse(document.getElementById("items").textContent);
  await painted();
  try {
    for (const file of scripts) await loaded(file);
    performance.mark("joined");
    wait();
    // Bokeh tells a session that it cannot join by showing nothing.
    const shown = await Bokeh.embed.embed_items({}, items);
    if (!shown.length) lost();
  } catch {
    lost();
  }
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
