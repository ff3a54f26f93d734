"""The page by keys only, and as it is heard."""

from __future__ import annotations

import pytest

MOST_STOPS = 90

FOCUSED = """() => {
    let element = document.activeElement;
    const hosts = [];
    while (element?.shadowRoot?.activeElement) {
      hosts.push(element);
      element = element.shadowRoot.activeElement;
    }
    const style = getComputedStyle(element);
    const section = (hosts[0] ?? element).closest("section, aside, header, main");
    const table = hosts.find((host) => host.classList.contains("rows"));
    const ringed = getComputedStyle(table ?? element);
    return {
      place: section?.id || section?.tagName || "",
      tag: element.tagName,
      words: table ? "the table" : element.labels?.[0]?.textContent || element.textContent,
      group: [...hosts].reverse().map((host) => host.ariaLabel).find(Boolean) ?? "",
      ring: `${ringed.outlineStyle} ${ringed.outlineWidth} ${ringed.outlineColor}`,
    };
}"""
RING = "solid 3px rgb(181, 83, 42)"


class Keys:
    """A reader without a mouse."""

    def __init__(self, tab):
        self.tab = tab
        self.stops = []

    def press(self, key):
        self.tab.page.keyboard.press(key)

    def at(self):
        return self.tab.page.evaluate(FOCUSED)

    def go(self, place, words="", group="", key="Tab"):
        """Press Tab until a part of the page has the focus."""
        for _ in range(MOST_STOPS):
            self.press(key)
            now = self.at()
            self.stops.append(now)
            if now["place"] == place and words in now["words"] and group in now["group"]:
                return
        pytest.fail(f"no stop {words or group!r} in {place}: {self.stops}")


@pytest.fixture
def keys(tab):
    tab.open("archive=JS9FR6")
    return Keys(tab)


def test_keys_lead_from_the_load_to_a_subsequence_a_distance_and_the_engine(keys):
    tab = keys.tab
    keys.press("Tab")
    assert keys.at()["words"] == "Skip to the views"
    keys.press("Enter")
    assert keys.at()["tag"] == "MAIN"

    keys.go("rows", "Next row")
    keys.press("Enter")
    tab.says("row", "79.38")
    tab.ready()
    assert "start=7&subsequence=00000" in tab.query()
    assert keys.at()["words"] == "Next row", "the table took the focus"
    keys.go("rows", "the table")
    keys.press("ArrowDown")
    tab.says("row", "78.12")
    tab.ready()
    assert "start=8&subsequence=00000" in tab.query()
    keys.press("Tab")
    now = keys.at()
    assert now["place"] == "row", f"the table keeps Tab: {now}"
    keys.press("Shift+Tab")
    assert keys.at()["words"] == "the table"

    keys.go("distances", group="", words="Distance")
    keys.press("ArrowDown")
    tab.page.wait_for_url("**metric=euclidean**")
    keys.go("engine", group="N: predictions")
    keys.press("ArrowRight")
    tab.page.wait_for_url("**n=4**")
    keys.go("ASIDE", group="Minimum length", key="Shift+Tab")
    keys.press("ArrowRight")
    tab.page.wait_for_url("**min_length=6**")
    tab.ready()
    assert "subsequence" not in tab.query(), "five symbols are fewer than six"

    assert {stop["ring"] for stop in keys.stops} == {RING}
    visited = [stop["place"] for stop in keys.stops]
    order = list(dict.fromkeys(visited))
    assert order[:4] == ["subsequences", "rows", "row", "structures"]


def test_the_focus_of_the_reader_stays_where_a_link_shows_a_chosen_row(tab):
    tab.open(
        "archive=JS9FR6&experiment=1gpu_1e14_early_termination&of=1gpu_1e14_early_termination"
        "&start=0&subsequence=10110110101010"
    )
    keys = Keys(tab)
    keys.press("Tab")
    assert keys.at()["words"] == "Skip to the views"


def heard(tab):
    """Return role, name and description of all that a screen reader finds."""
    session = tab.page.context.new_cdp_session(tab.page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    words = ("role", "name", "description")
    return [
        tuple(node.get(word, {}).get("value", "") for word in words)
        for node in nodes
        if not node["ignored"]
    ]


def test_a_screen_reader_finds_landmarks_and_hears_what_each_view_shows(tab):
    from vinarch.explorer.views import SLOTS

    tab.open("archive=JS9FR6")
    found = heard(tab)
    roles = [role for role, *_ in found]
    for landmark in ("banner", "navigation", "complementary", "main", "contentinfo", "status"):
        assert roles.count(landmark) == 1, landmark
    regions = {name: told for role, name, told in found if role == "region"}
    assert list(regions) == [slot.title for slot in SLOTS]
    assert all(len(told) > 40 for told in regions.values())
    groups = {name for role, name, _ in found if role == "group"}
    assert {"Experiments", "Minimum length", "match experiments together"} <= groups
    named = ("button", "link", "combobox")
    assert [role for role, name, _ in found if role in named and not name] == []


def test_a_subsequence_that_nobody_holds_yet_offers_nothing_to_save(tab):
    tab.open("archive=JS9FR6&experiment=")
    tab.says("structures", "Choose one or more experiments")
    assert tab.page.get_by_role("link", name="Save Structures").count() == 0
    assert tab.page.get_by_role("link", name="Save page").count() == 1
