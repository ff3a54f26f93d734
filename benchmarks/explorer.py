"""How fast the explorer is in a real browser: first paint, tap to updated views, memory of tabs.

Run from the checkout with JS9FR6 at hand and Chromium installed::

    VINARCH_MIRROR=… python benchmarks/explorer.py [--chromium /usr/bin/chromium]

5,000 subsequences are those of all experiments together from length 1 on; 100,000 are drawn at
random about them, since no archive has as many, and each leads to the structures of a real one.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

import vinarch
from vinarch.explorer.answers import Points

TAPS = 15
WAIT = 60_000
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PLACES = """([count, seed]) => {
  const model = Bokeh.documents[0].get_model_by_name("subsequences");
  const found = [];
  const visit = (view) => {
    if (view.model.type === "Figure") found.push(view);
    for (const child of view.child_views ?? []) visit(child);
  };
  visit(Bokeh.index.find_one(model));
  const frame = found[0].frame, box = found[0].canvas_view.el.getBoundingClientRect();
  const columns = (one) => (one.data instanceof Map ? one.data : new Map(Object.entries(one.data)));
  const sources = [...model.references()].filter((one) => one.type === "ColumnDataSource");
  const source = sources.find((one) => columns(one).has("here"));
  const get = (name) => columns(source).get(name);
  const length = get("length"), accuracy = get("accuracy");
  return Array.from({length: count}, (_, at) => {
    const row = Math.floor((at + 0.5) / count * length.length);
    const [x, y] = [frame.x_scale.compute(length[row]), frame.y_scale.compute(accuracy[row])];
    return [box.x + x, box.y + y];
  });
}"""


def many(count):
    """Answer every question of points with a cloud of so many."""
    real = Points.answer

    def answer(self, ask):
        points = real(self, ask)
        rng = np.random.default_rng(0)
        rows = points.iloc[rng.integers(0, len(points), count)].reset_index(drop=True)
        noise = rng.normal(0, 0.5, count)
        return rows.assign(mean_val_accuracy_percent=rows["mean_val_accuracy_percent"] + noise)

    return answer


def opened(browser, url, query):
    # Playwright's own questions are texts, which the page's policy forbids to run.
    page = browser.new_page(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    began = time.perf_counter()
    page.goto(f"{url}?{query}")
    page.wait_for_selector("html[data-connected=yes]", timeout=WAIT)
    page.get_by_role("status").get_by_text("Ready").wait_for(timeout=WAIT)
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return page, paint, (time.perf_counter() - began) * 1e3


HOOKS = """() => {
  window.shown = {};
  const painted = (name) => requestAnimationFrame(() => setTimeout(
    () => { window.shown[name] = performance.now() - window.down; }));
  for (const root of Bokeh.documents[0].roots())
    for (const model of root.references())
      if (model.type === "ColumnDataSource" || model.type === "Div")
        model.change.connect(() => painted(root.name));
  addEventListener("pointerdown", () => { window.down = performance.now(); }, true);
}"""

STILL = """() => {
  const words = document.querySelector("footer").innerText;
  const inner = (element) => [...(element.shadowRoot ?? element).children].map(
    (one) => one.innerText + inner(one)).join("");
  return inner(document.querySelector("footer")).includes("Ready") || words.includes("Ready");
}"""

SEEN = """() => [...document.querySelectorAll("section")].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.top < innerHeight && box.bottom > 0;
}).map((one) => one.id)"""


def taps(page):
    """Milliseconds from a tap to a painted ring, to all views in the window, and to all views."""
    page.evaluate(HOOKS)
    seen = set(page.evaluate(SEEN))
    found = []
    for x, y in page.evaluate(PLACES, [TAPS, 0]):
        page.evaluate("window.shown = {}")
        page.mouse.click(x, y)
        page.wait_for_timeout(1_500)
        page.wait_for_function(STILL)
        shown = page.evaluate("window.shown")
        if "structures" not in shown:  # the same subsequence again changes nothing
            continue
        shown.pop("status", None)
        views = [time for name, time in shown.items() if name in seen]
        found.append((shown["subsequences"], max(views), max(shown.values())))
    return zip(*found, strict=True)


def resident_mb():
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    chosen = parser.parse_args()
    commons = vinarch.fetch("JS9FR6")
    names = [name for _, name in commons.trained_experiments()]
    all_of = "&".join(f"experiment={name}" for name in names)
    query = f"archive=JS9FR6&{all_of}&min_length=1&across=yes"
    real = Points.answer
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chosen.chromium, args=ARGUMENTS)
        for count in (None, 100_000):
            Points.answer = real if count is None else many(count)
            explorer = vinarch.explore(commons, port=0, open_browser=False)
            first = opened(browser, explorer.url, query)
            page, paint, ready = opened(browser, explorer.url, query)
            ring, seen, every = ([*times] for times in taps(page))
            label = "5,328 subsequences" if count is None else f"{count:,} subsequences"
            print(
                f"{label}: first paint {paint:.0f} ms, ready {first[2]:.0f} ms (again "
                f"{ready:.0f} ms); {len(ring)} taps: ring {statistics.median(ring):.0f} ms, views "
                f"in the window {statistics.median(seen):.0f} ms (worst {max(seen):.0f}), all "
                f"{statistics.median(every):.0f} ms (worst {max(every):.0f})"
            )
            before = resident_mb()
            pages = [opened(browser, explorer.url, query)[0] for _ in range(8)]
            print(f"  memory {before:.0f} MB with 2 tabs, {resident_mb():.0f} MB with 10")
            for one in (*pages, page, first[0]):
                one.close()
            explorer.stop()
        browser.close()
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
