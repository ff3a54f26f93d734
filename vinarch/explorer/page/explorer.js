// Keeps the URL equal to the state of the session, and copies it.
"use strict";

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
  addEventListener("popstate", () => {
    address.asked = location.search;
    address.asks += 1;
  });
};

const wait = () => {
  const page = window.Bokeh?.documents?.[0];
  const address = page?.get_model_by_name("address");
  if (address) {
    connected(address);
    document.documentElement.dataset.connected = "yes";
  } else {
    setTimeout(wait, 20);
  }
};
wait();

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
