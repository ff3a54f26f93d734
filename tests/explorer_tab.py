"""A tab of a real browser on the explorer: how tests look, tap and read there."""

from __future__ import annotations

WAIT = 20_000
"""Milliseconds; a busy machine is slow."""


class Tab:
    """A tab of the browser, with all that went wrong in it."""

    def __init__(self, page, url):
        self.page = page
        self.url = url
        self.faults = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._logged)
        page.on("response", lambda answer: answer.status >= 400 and self.faults.append(answer.url))

    def _logged(self, message):
        if message.type in {"error", "warning"}:
            self.faults.append(message.text)

    def open(self, query=""):
        """Open the page, and wait until nothing is on its way."""
        self.page.goto(f"{self.url}?{query}" if query else self.url)
        self.page.wait_for_selector("html[data-connected=yes]", timeout=WAIT)
        self.ready()
        return self

    def ready(self):
        """Wait until the status line says so."""
        self.page.get_by_role("status").get_by_text("Ready").wait_for(timeout=WAIT)

    def says(self, name, text):
        """Wait until a section, or an element of a role, shows a text."""
        place = self.section(name) if name.islower() else self.page.get_by_role(name.lower())
        place.get_by_text(text).first.wait_for(timeout=WAIT)

    def section(self, name):
        return self.page.locator(f"section#{name}")

    def query(self):
        return self.page.evaluate("location.search").removeprefix("?")

    def at(self, name, x, y, index=0):
        """Return where on the page a point of a figure's axes is, in pixels."""
        return self.page.evaluate(
            """([name, x, y, index]) => {
                const found = [];
                const visit = (view) => {
                  if (view.model.type === "Figure") found.push(view);
                  for (const child of view.child_views ?? []) visit(child);
                };
                const model = Bokeh.documents[0].get_model_by_name(name);
                visit(Bokeh.index.find_one(model));
                const view = found[index];
                const frame = view.frame;
                const box = view.canvas_view.el.getBoundingClientRect();
                return [box.x + frame.x_scale.compute(x), box.y + frame.y_scale.compute(y)];
            }""",
            [name, x, y, index],
        )

    def tap(self, name, x, y):
        self.section(name).scroll_into_view_if_needed()
        self.page.mouse.click(*self.at(name, x, y))

    def columns(self, name, holding):
        """Return the columns of the first source below a root that has a column of this name."""
        return self.page.evaluate(
            """([name, holding]) => {
                const root = Bokeh.documents[0].get_model_by_name(name);
                for (const model of root.references()) {
                  const data = model.data;
                  const names = data && (data.keys ? [...data.keys()] : Object.keys(data));
                  if (model.type === "ColumnDataSource" && names.includes(holding)) {
                    const get = (key) => data.get ? data.get(key) : data[key];
                    return Object.fromEntries(names.map((key) => [key, Array.from(get(key))]));
                  }
                }
                return null;
            }""",
            [name, holding],
        )
