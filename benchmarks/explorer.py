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
from playwright.sync_api import TimeoutError as TooSlow
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
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    began = time.perf_counter()
    page.goto(f"{url}?{query}")
    page.wait_for_selector("html[data-connected=yes]", timeout=WAIT)
    page.get_by_role("status").get_by_text("Ready").wait_for(timeout=WAIT)
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return page, paint, (time.perf_counter() - began) * 1e3


def taps(page):
    """Milliseconds from a tap to the ring and the structures of its subsequence in the browser."""
    page.evaluate(
        """() => {
          window.changes = [];
          const hook = (name, key) => {
            for (const model of Bokeh.documents[0].get_model_by_name(name).references())
              if (model.type === "ColumnDataSource") model.properties.data.change.connect(
                () => window.changes.push([name, performance.now()]));
          };
          hook("subsequences"); hook("structures");
          addEventListener("pointerdown", () => { window.down = performance.now(); }, true);
        }"""
    )
    found = []
    for x, y in page.evaluate(PLACES, [TAPS, 0]):
        page.evaluate("window.changes = []")
        page.mouse.click(x, y)
        try:
            page.wait_for_function(
                "window.changes.some((c) => c[0] === 'structures')", timeout=3_000
            )
        except TooSlow:  # the same subsequence again changes nothing
            continue
        page.wait_for_timeout(150)
        found.append(page.evaluate("Math.max(...window.changes.map((c) => c[1])) - window.down"))
    return found


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
            times = taps(page)
            label = "5,328 subsequences" if count is None else f"{count:,} subsequences"
            print(
                f"{label}: first paint {paint:.0f} ms, ready {first[2]:.0f} ms (again "
                f"{ready:.0f} ms), tap to views median {statistics.median(times):.0f} ms, "
                f"worst {max(times):.0f} ms of {len(times)}"
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
