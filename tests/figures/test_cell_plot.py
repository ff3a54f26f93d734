import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from vinarch.errors import ParameterError
from vinarch.figures.cell_plot import draw_structures
from vinarch.figures.cell_rows import PHASE_GAP
from vinarch.figures.symbol_look import COLOURS
from vinarch.figures.theme import ONE, ZERO


def draw(cells, **changes):
    return draw_structures(cells, **{"experiment": "toy", "start": 1, "length": 2, **changes})


def meshes_of(drawing):
    return drawing.figure.axes[0].collections


def edges_of(drawing):
    """Return the left and right edges of the cells of each phase."""
    return [np.asarray(mesh.get_coordinates())[0, :, 0] for mesh in meshes_of(drawing)]


def test_rows_rise_in_accuracy_from_the_top(make_cells):
    symbols = [np.asarray(mesh.get_array()) for mesh in meshes_of(draw(make_cells(3)))]
    assert np.hstack(symbols).tolist() == [
        [0, 1, 0, 0, 1, 0],
        [1, 1, 0, 0, 1, 0],
        [0, 1, 0, 0, 1, 1],
    ]


def test_one_is_yellow_and_zero_purple(make_cells):
    for mesh in meshes_of(draw(make_cells(2))):
        assert to_hex(mesh.to_rgba(1.0)) == ONE
        assert to_hex(mesh.to_rgba(0.0)) == ZERO


def test_each_row_has_its_structure_and_its_accuracy(make_cells, assert_readable):
    drawing = draw(make_cells(3))
    assert_readable(drawing.figure)
    heights = {text.get_text(): text.get_position()[1] for text in drawing.figure.texts}
    for structure, accuracy in (("0", "50.00"), ("1", "51.00"), ("2", "52.00")):
        assert heights[structure] == heights[accuracy]
    assert heights["0"] > heights["1"] > heights["2"]


def test_shared_run_is_outlined_twice_so_that_it_shows_on_both_colours(make_cells):
    axes = draw(make_cells(3)).figure.axes[0]
    below, above = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert below.get_bbox().bounds == above.get_bbox().bounds == (1, 0, 2, 3)
    assert to_hex(below.get_edgecolor()) == "#ffffff"
    assert below.get_linewidth() > above.get_linewidth()
    assert above.get_linestyle() != "solid"


@pytest.mark.parametrize("start", [0, 1, 2, 3, 4])
def test_outline_runs_from_the_first_to_the_last_shared_cell(make_cells, start):
    drawing = draw(make_cells(3, start=start), start=start)
    lefts = np.concatenate([edges[:-1] for edges in edges_of(drawing)])
    for outline in drawing.figure.axes[0].patches:
        box = outline.get_bbox()
        assert (box.x0, box.x1) == (lefts[start], lefts[start + 1] + 1)


def test_phases_are_parted_and_named(make_cells, texts_of):
    drawing = draw(make_cells(2))
    one, other = edges_of(drawing)
    assert other[0] - one[-1] == pytest.approx(PHASE_GAP)
    assert {"phase 0", "phase 1"} <= set(texts_of(drawing.figure))


def test_all_cells_are_equally_wide_and_none_is_painted_over(make_cells):
    drawing = draw(make_cells(2))
    widths = np.concatenate([np.diff(edges) for edges in edges_of(drawing)])
    assert widths == pytest.approx(np.ones(6))
    assert not drawing.figure.axes[0].lines
    assert drawing.figure.axes[0].get_xlim() == (0, edges_of(drawing)[-1][-1])


def test_ticks_stand_in_the_middle_of_their_cells(make_cells):
    drawing = draw(make_cells(2))
    lefts = np.concatenate([edges[:-1] for edges in edges_of(drawing)])
    axes = drawing.figure.axes[0]
    named = [int(label.get_text()) for label in axes.get_xticklabels()]
    assert max(named) == 5
    assert axes.get_xticks() == pytest.approx(lefts[named] + 0.5)


@pytest.mark.parametrize("width", ["single", "double"])
def test_gaps_of_phases_are_many_times_those_of_cells(make_cells, width):
    drawing = draw(make_cells(2), width=width)
    axes = drawing.figure.axes[0]
    points = axes.bbox.width * 72 / drawing.figure.dpi / axes.get_xlim()[1]
    assert PHASE_GAP * points >= 5 * meshes_of(drawing)[0].get_linewidths()[0]


def test_start_index_stands_at_the_axis(make_cells, texts_of):
    drawing = draw(make_cells(2))
    axes = drawing.figure.axes[0]
    bold = [label for label in axes.get_xticklabels() if label.get_fontweight() == "bold"]
    assert [label.get_text() for label in bold] == ["1"]
    assert 1.5 in axes.get_xticks()
    assert "position in the genome; shared: start 1, length 2" in texts_of(drawing.figure)


def test_caption_tells_the_numbers(make_cells):
    assert draw(make_cells(3)).caption == (
        "3 structures of the experiment toy share 10 (start index 1, length 2, dashed outline). "
        "Symbol 1 is yellow, 0 purple. Rows rise in mean validation accuracy over all epochs, "
        "50.00 to 52.00 %."
    )


def test_of_too_many_the_most_accurate_are_drawn_and_it_is_said(make_cells, texts_of):
    drawing = draw(make_cells(80))
    assert drawing.data["structure"].unique().tolist() == list(range(20, 80))
    assert "80 structures" in drawing.caption
    assert "the 60 of highest mean accuracy are drawn" in drawing.caption
    assert "60 of 80 structures, of highest mean accuracy" in texts_of(drawing.figure)
    assert drawing.figure.get_size_inches()[1] * 25.4 <= 120.001


def test_structure_without_accuracy_stands_first(make_cells, texts_of):
    cells = make_cells(3)
    cells.loc[cells["structure"] == 2, "mean_val_accuracy_percent"] = np.nan
    drawing = draw(cells)
    assert drawing.data["structure"].unique().tolist() == [2, 0, 1]
    assert "n/a" in texts_of(drawing.figure)
    assert drawing.caption.endswith("50.00 to 51.00 %; 1 without a recorded one stand first.")


def test_no_accuracy_at_all_is_said(make_cells):
    cells = make_cells(2).assign(mean_val_accuracy_percent=np.nan)
    assert draw(cells).caption.endswith(
        "Rows rise in number: no validation accuracy of theirs is recorded."
    )


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("count", [1, 5, 40, 80])
def test_nothing_overlaps_or_is_cut(make_cells, assert_readable, width, count):
    assert_readable(draw(make_cells(count), width=width).figure)


def test_long_genomes_stay_readable(make_cells, assert_readable):
    cells = make_cells(2)
    copies = [
        cells.assign(position=cells["position"] + 6 * at, phase=cells["phase"] + 2 * at)
        for at in range(20)
    ]
    long = cells.iloc[:0].__class__(
        {name: np.concatenate([copy[name] for copy in copies]) for name in cells.columns}
    )
    long["shared"] = long["position"].isin([57, 58])
    assert_readable(draw(long, start=57).figure)


def test_own_axes_get_cells_labels_and_legend_and_keep_their_place(make_cells):
    figure = Figure(figsize=(6, 3))
    axes = figure.add_subplot(1, 2, 1)
    place, size = axes.get_position().bounds, tuple(figure.get_size_inches())
    drawing = draw(make_cells(3), ax=axes)
    assert drawing.figure is figure
    assert figure.axes == [axes]
    assert (axes.get_position().bounds, tuple(figure.get_size_inches())) == (place, size)
    alone = meshes_of(draw(make_cells(3)))
    for mesh, other in zip(axes.collections, alone, strict=True):
        assert np.array_equal(mesh.get_array(), other.get_array())
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["0  (50.00 %)", "1  (51.00 %)", "2  (52.00 %)"]
    assert [text.get_text() for text in axes.texts] == ["phase 0", "phase 1"]
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    assert legend == ["symbol 1", "symbol 0", "shared"]


@pytest.fixture
def chains():
    """Two layer lists of unequal length that share ck from position 1 on."""
    meanings = {"c": "conv", "k": "small conv", "m": "pool"}
    rows = [
        {
            "structure": structure,
            "position": position,
            "symbol": "ckm".index(character),
            "shared": position in {1, 2},
            "mean_val_accuracy_percent": accuracy,
            "phase": None,
            "character": character,
            "meaning": meanings[character],
        }
        for structure, accuracy, flat in ((7, 80.5, "mckmc"), (2, 75.0, "cck"))
        for position, character in enumerate(flat)
    ]
    return pd.DataFrame(rows)


def test_each_symbol_has_a_colour_a_letter_and_its_meaning(chains, texts_of):
    drawing = draw(chains)
    (mesh,) = meshes_of(drawing)
    faces = [to_hex(mesh.to_rgba(float(symbol))) for symbol in range(3)]
    assert faces == list(COLOURS[:3])
    letters = [text.get_text() for text in drawing.figure.axes[0].texts]
    assert letters == list("cckmckmc")
    assert {"c conv", "k small conv", "m pool", "shared"} <= set(texts_of(drawing.figure))
    assert "share ck (start index 1" in drawing.caption
    assert "Symbols: c conv, k small conv, m pool." in drawing.caption


def test_past_the_end_of_a_short_genome_nothing_is_drawn(chains):
    (mesh,) = meshes_of(draw(chains))
    array = np.ma.asarray(mesh.get_array())
    assert np.ma.getmaskarray(array).tolist() == [[False] * 3 + [True] * 2, [False] * 5]
    assert array.compressed().tolist() == [0, 0, 1, 2, 0, 1, 2, 0]
    assert (mesh.to_rgba(array)[0, 3:, 3] == 0).all()


def test_genomes_without_phases_have_no_name_of_one(chains, texts_of):
    assert not any("phase" in text for text in texts_of(draw(chains).figure))


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("count", [3, 9, 16, 20])
def test_many_symbols_stay_readable(count, width, assert_readable):
    rows = [
        {
            "structure": structure,
            "position": position,
            "symbol": (position + structure) % count if position > 1 else 0,
            "shared": position in {0, 1},
            "mean_val_accuracy_percent": 50.0,
            "phase": None,
            "character": "ABCDEFGHIJKLMNOPQRST"[(position + structure) % count],
            "meaning": f"an operation with the number {(position + structure) % count}",
        }
        for structure in range(4)
        for position in range(20 + structure)
    ]
    cells = pd.DataFrame(rows)
    assert_readable(draw(cells, start=0, width=width).figure)


def test_sixteen_symbols_have_sixteen_colours():
    assert len(set(COLOURS)) == 16


def test_the_data_of_a_drawing_draw_it_again(chains):
    drawing = draw(chains)
    again = draw(drawing.data.sample(frac=1, random_state=1))
    assert again.png() == drawing.png()


def test_symbols_without_names_are_numbered(chains, texts_of):
    drawing = draw(chains.drop(columns=["character", "meaning"]))
    assert {"symbol 0", "symbol 1", "symbol 2"} <= set(texts_of(drawing.figure))
    assert not drawing.figure.axes[0].texts


def test_a_genome_that_ends_within_the_run_is_refused(chains):
    short = chains[(chains["structure"] == 7) | (chains["position"] < 2)]
    with pytest.raises(ParameterError, match="true at the positions 1 to 2 of every structure"):
        draw(short)
    lost = chains[(chains["structure"] == 7) | (chains["position"] != 1)]
    with pytest.raises(ParameterError, match="got 2 rows for structure 2"):
        draw(lost)


def test_own_axes_get_the_legend_of_all_symbols(chains):
    axes = Figure(figsize=(4, 3)).add_subplot()
    draw(chains, ax=axes)
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    assert legend == ["c conv", "k small conv", "m pool", "shared"]


def test_wrong_run_is_refused(make_cells):
    with pytest.raises(ParameterError, match=r"true at the positions 2 to 3 .*got true at 1, 2"):
        draw(make_cells(2), start=2)


def test_run_outside_the_genome_is_refused(make_cells):
    with pytest.raises(ParameterError, match="positions 0 to 5, got start 5, length 2"):
        draw(make_cells(2), start=5)


def test_lost_cell_is_named(make_cells):
    with pytest.raises(ParameterError, match=r"0 to 5 once .*got 5 rows for structure 1"):
        draw(make_cells(2).drop(index=3))


def test_missing_column_and_width_are_refused(make_cells):
    with pytest.raises(ParameterError, match="no phase among"):
        draw(make_cells(2).drop(columns="phase"))
    with pytest.raises(ParameterError, match="got 'triple'"):
        draw(make_cells(2), width="triple")
    with pytest.raises(ParameterError, match="got 0 rows"):
        draw(make_cells(0).reindex(columns=make_cells(1).columns))
