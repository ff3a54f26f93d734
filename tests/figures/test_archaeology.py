import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest

import vinarch
from vinarch import figures
from vinarch.errors import ParameterError, SelectionError
from vinarch.genome import MacroSpace

EXPERIMENT = "1gpu_1e14_early_termination"
RUN = (0, "10110110101010")
ROW = (EXPERIMENT, *RUN)
PUBLISHED = "101101101010100000011"

CALLS = {
    "subsequences": figures.subsequences,
    "structures": figures.structures,
    "distance_map": figures.distance_map,
    "dendrogram": lambda data, *row, **told: figures.distance_map(
        data, *row, dendrogram=True, **told
    ),
    "hamming": lambda data, *row, **told: figures.distance_map(
        data, *row, **(told if isinstance(data, pd.DataFrame) else {"metric": "hamming", **told})
    ),
    "network": lambda data, *row, **told: figures.network(
        data, *(row and (row[0], 11, *row[1:])), **told
    ),
}
EACH = pytest.mark.parametrize("name", list(CALLS))


@EACH
@pytest.mark.parametrize("width", ["single", "double"])
def test_the_real_row_can_be_read(real_commons, assert_readable, name, width):
    drawing = CALLS[name](real_commons, *ROW, width=width)
    assert_readable(drawing.figure)
    millimetres = drawing.figure.get_size_inches()[0] * 25.4
    assert millimetres == pytest.approx({"single": 85, "double": 178}[width])
    assert EXPERIMENT in drawing.caption


@EACH
def test_the_data_of_a_drawing_draw_it_again_in_any_order(real_commons, name):
    drawing = CALLS[name](real_commons, *ROW)
    again = CALLS[name](drawing.data)
    shuffled = CALLS[name](drawing.data.sample(frac=1, random_state=2))
    assert drawing.caption == again.caption == shuffled.caption
    pd.testing.assert_frame_equal(again.data, drawing.data)
    pd.testing.assert_frame_equal(shuffled.data, drawing.data)
    assert drawing.png() == again.png() == shuffled.png()


@pytest.mark.parametrize("name", ["subsequences", "structures", "distance_map", "network"])
def test_own_axes_of_pyplot_are_drawn_on(real_commons, name):
    figure, axes = plt.subplots()
    try:
        with mpl.rc_context({"axes.labelsize": 13}):
            drawing = CALLS[name](real_commons, *ROW, ax=axes)
        assert drawing.figure is figure
        assert figure.axes == [axes]
        assert tuple(figure.get_size_inches()) == (6.4, 4.8)
    finally:
        plt.close(figure)


def test_a_frame_of_several_experiments_needs_a_name(real_commons):
    matches = vinarch.match(real_commons.select(gpus=4)).compute()
    with pytest.raises(ParameterError, match=r"expected one of 4gpu_1e14_.*, got None"):
        figures.subsequences(matches)
    named = figures.subsequences(matches, "4gpu_1e16_early_termination", min_length=6)
    assert named.data["experiment"].unique().tolist() == ["4gpu_1e16_early_termination"]
    assert named.data["length"].min() == 6


def test_a_row_of_a_frame_can_be_marked(points):
    drawing = figures.subsequences(points.drop(columns="chosen"), "toy", 3, "[0,1,1,0,1]")
    assert drawing.data.loc[drawing.data["chosen"], "count"].tolist() == [10]
    with pytest.raises(ParameterError, match="those of one row of the frame, got start 4"):
        figures.subsequences(points, "toy", 4, "01101")


def test_a_frame_without_experiment_needs_a_name(points, make_pairs):
    with pytest.raises(ParameterError, match="a name, since the frame has no column experiment"):
        figures.subsequences(points)
    assert "toy" in figures.distance_map(make_pairs([1, 2]), "toy").caption


def test_a_frame_of_cells_tells_its_run(make_cells):
    assert "start index 1, length 2" in figures.structures(make_cells(3), "toy").caption
    with pytest.raises(ParameterError, match="true at the positions 0 to 1"):
        figures.structures(make_cells(3), "toy", 0, "11")


def test_a_frame_of_one_metric_is_not_called_another(real_commons):
    pairs = CALLS["hamming"](real_commons, *ROW).data
    with pytest.raises(ParameterError, match="expected 'hamming', as the frame says, got 'city"):
        figures.distance_map(pairs, metric="cityblock")


def test_pairs_without_accuracies_keep_the_order_of_the_frame(make_pairs):
    pairs = make_pairs([4, 1, 9])[["structure_a", "structure_b", "distance"]]
    assert figures.distance_map(pairs, "toy").data["structure_a"].unique().tolist() == [4, 1, 9]
    tree = figures.distance_map(pairs, "toy", order="tree")
    assert tree.data["structure_a"].unique().tolist() in ([1, 4, 9], [9, 4, 1])


@pytest.mark.parametrize("linkage", ["average", "single", "complete"])
def test_linkage_reaches_the_tree(real_commons, linkage):
    drawing = figures.distance_map(real_commons, *ROW, dendrogram=True, linkage=linkage)
    assert f"({linkage} linkage)" in drawing.caption


def test_a_network_can_be_drawn_from_a_genome_and_marked_later(real_commons):
    genome = MacroSpace((4, 4, 4)).from_flat(PUBLISHED)
    bare = figures.network(genome)
    assert not bare.data["in_subsequence"].any()
    marked = figures.network(bare.data, start=0, subsequence=RUN[1])
    assert marked.data["in_subsequence"].sum() == 8
    pd.testing.assert_frame_equal(marked.data, figures.network(genome, None, None, *RUN).data)
    from_commons = figures.network(real_commons, EXPERIMENT, 11, *RUN).data
    columns = ["source", "target", "kind", "bit", "in_subsequence"]
    pd.testing.assert_frame_equal(marked.data[columns], from_commons[columns])


@pytest.mark.parametrize("name", ["subsequences", "structures", "distance_map", "network"])
def test_neither_a_commons_nor_a_frame_is_refused(name):
    with pytest.raises(ParameterError, match=f"{name}, argument data: .* got list: "):
        CALLS[name]([1, 2])


@pytest.mark.parametrize("name", ["subsequences", "structures", "distance_map", "network"])
def test_a_commons_needs_to_be_told_what(real_commons, name):
    with pytest.raises(ParameterError, match=f"{name}, argument experiment: .* got None"):
        CALLS[name](real_commons)


@EACH
def test_the_only_experiment_of_a_commons_needs_no_name(real_commons, name):
    one = real_commons.select(experiment=EXPERIMENT)
    if name == "network":
        drawing = figures.network(one, structure=11)
        expected = figures.network(real_commons, EXPERIMENT, 11)
    else:
        drawing = CALLS[name](one, None, *RUN)
        expected = CALLS[name](real_commons, *ROW)
    pd.testing.assert_frame_equal(drawing.data, expected.data)


@pytest.mark.parametrize("name", ["subsequences", "structures", "distance_map", "network"])
def test_a_frame_that_lacks_columns_is_refused(name):
    with pytest.raises(ParameterError, match=f"{name}, argument data: expected the columns"):
        CALLS[name](pd.DataFrame({"a": [1]}))


def test_words_that_are_no_choice_are_refused(real_commons):
    with pytest.raises(ParameterError, match="got 'ward'"):
        figures.distance_map(real_commons, *ROW, linkage="ward")
    with pytest.raises(ParameterError, match="Did you mean 'accuracy'"):
        figures.distance_map(real_commons, *ROW, order="acuracy")
    with pytest.raises(ParameterError, match="Leave the order out, or the dendrogram"):
        figures.distance_map(real_commons, *ROW, order="accuracy", dendrogram=True)


def test_a_structure_that_does_not_hold_the_run_is_refused(real_commons):
    with pytest.raises(SelectionError, match="Choose a structure that holds the subsequence"):
        figures.network(real_commons, EXPERIMENT, 12, *RUN)


def test_what_is_exported_is_sorted_and_there():
    assert figures.__all__ == sorted(figures.__all__, key=lambda name: (name[0].islower(), name))
    assert all(callable(getattr(figures, name)) for name in figures.__all__)


@pytest.mark.parametrize("start", ["0", 0.5, None])
def test_a_start_that_is_no_number_is_refused(start):
    genome = MacroSpace((3,)).from_flat("1001")
    with pytest.raises(ParameterError, match="start"):
        figures.network(genome, start=start, subsequence="10")
