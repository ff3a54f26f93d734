"""What every figure must hold to: nothing overlaps, nothing is cut, nothing is too small."""

from itertools import combinations

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.text import Text

SLACK_PIXELS = 1.0


def written(figure):
    """Return every text that is drawn, with its box in pixels."""
    renderer = figure.canvas.get_renderer()
    figure.draw(renderer)
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    return [(text, text.get_window_extent(renderer)) for text in texts]


def overlapping(one, other):
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    high = min(one.y1, other.y1) - max(one.y0, other.y0)
    return wide > SLACK_PIXELS and high > SLACK_PIXELS


@pytest.fixture
def assert_readable():
    def check(figure):
        boxes = written(figure)
        width, height = figure.bbox.width, figure.bbox.height
        for text, box in boxes:
            assert text.get_fontsize() >= 6, text
            assert box.x0 >= 0, text
            assert box.y0 >= 0, text
            assert box.x1 <= width, text
            assert box.y1 <= height, text
            for axes in figure.axes:
                if text not in axes.texts:
                    assert not overlapping(box, axes.bbox), text
        for (text, box), (other, other_box) in combinations(boxes, 2):
            assert not overlapping(box, other_box), (text, other)

    return check


@pytest.fixture
def texts_of():
    def list_texts(figure):
        return [text.get_text() for text, _ in written(figure)]

    return list_texts


@pytest.fixture(autouse=True)
def _global_state_stays():
    settings, open_figures = dict(mpl.rcParams), plt.get_fignums()
    yield
    assert dict(mpl.rcParams) == settings
    assert plt.get_fignums() == open_figures


@pytest.fixture
def points():
    return pd.DataFrame(
        {
            "subsequence": ["10110", "01101", "0110110", "11111"],
            "start": [0, 3, 2, 9],
            "length": [5, 5, 7, 5],
            "count": [2, 10, 4, 2],
            "mean_val_accuracy_percent": [88.5, 71.25, 91.0, 80.0],
            "chosen": [False, False, True, False],
        }
    )


@pytest.fixture
def make_cells():
    """Return a maker of structures of 2 phases of 3 symbols that share 1, 0 from position 1 on.

    Structure i has the accuracy 50 + i, so the rows come in the order of the numbers; they are
    handed over in the opposite order.
    """

    def make(count, start=1):
        rows = [
            {
                "structure": structure,
                "position": position,
                "symbol": symbol,
                "shared": position in {start, start + 1},
                "mean_val_accuracy_percent": 50.0 + structure,
                "phase": position // 3,
            }
            for structure in reversed(range(count))
            for position, symbol in enumerate((structure % 2, 1, 0, 0, 1, (structure // 2) % 2))
        ]
        return pd.DataFrame(rows)

    return make


@pytest.fixture
def make_pairs():
    """Return a maker of structures on a line: their distance is the gap of their numbers.

    Structure i has the accuracy 50 + i.
    """

    def make(numbers, scale=1.0):
        return pd.DataFrame(
            [
                {
                    "structure_a": a,
                    "mean_val_accuracy_percent_a": 50.0 + a,
                    "structure_b": b,
                    "mean_val_accuracy_percent_b": 50.0 + b,
                    "distance": abs(a - b) * scale,
                }
                for a in numbers
                for b in numbers
            ]
        )

    return make
