import pytest

from vinarch.figures.measure_words import broken_name, percent
from vinarch.figures.panels import PanelPlan, draw_panels, share_labels, sheet_height
from vinarch.figures.sheet import Sheet, text_mm
from vinarch.figures.theme import theme


@pytest.mark.parametrize("page", ["single", "double"])
@pytest.mark.parametrize("count", range(1, 13))
def test_panels_fit_the_page_and_do_not_touch(count, page):
    page_mm = {"single": 85, "double": 178}[page]
    plan = PanelPlan.fitted(count, "validation accuracy of the last epoch (%)", page_mm, page)
    boxes = plan.boxes(10, [["name", "told"]] * count)
    assert len(boxes) == count
    assert all(box.left > 0 and box.left + box.width < page_mm for box in boxes)
    for one, box in enumerate(boxes):
        for other in boxes[one + 1 :]:
            beside = box.left + box.width < other.left or other.left + other.width < box.left
            assert beside or box.top + box.height < other.top


def test_only_outer_panels_have_labels():
    plan = PanelPlan.fitted(8, "accuracy", 85, "single")
    assert plan.columns == 3
    assert [plan.is_first(place) for place in range(8)] == [True, False, False] * 2 + [True, False]
    # Below the sixth there is an empty place.
    assert [place for place in range(8) if plan.is_lowest(place)] == [5, 6, 7]


@pytest.mark.parametrize("highest", [99, 1000, 123456])
def test_labels_stay_at_their_ticks_and_apart(highest, assert_readable):
    plan = PanelPlan.fitted(6, "accuracy", 85, "single")
    boxes = plan.boxes(5, [["name"]] * 6)
    with theme():
        sheet = Sheet.new(85, sheet_height(boxes))
        axes = draw_panels(sheet, boxes, [["name"]] * 6)
        for one in axes:
            one.set_xlim(-1, highest + 1)
            one.set_xticks([0, highest])
        share_labels(axes, plan)
    assert_readable(sheet.figure)
    for one in axes[3:]:
        assert {label.get_horizontalalignment() for label in one.get_xticklabels()} == {"center"}
    assert axes[5].get_xticklabels()[0].get_text() == "0"


def test_a_long_name_breaks_and_loses_no_letter():
    name = "4gpu_1e16-with/early termination" + "x" * 60
    lines = broken_name(name, 20)
    assert "".join(lines).replace(" ", "") == name.replace(" ", "")
    assert all(text_mm(line, 6) <= 20 for line in lines)


def test_only_hundred_percent_reads_as_hundred():
    assert [percent(value) for value in (100.0, 99.996, 99.9, 0.0)] == [
        "100",
        "99.996",
        "99.90",
        "0.00",
    ]
