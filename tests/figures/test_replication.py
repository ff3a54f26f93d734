import pytest
from matplotlib.figure import Figure

from vinarch.errors import ParameterError, SelectionError
from vinarch.figures.replication import overlap_matrix, paired_accuracies
from vinarch.reproducing import reproducibility

ONE = "1gpu_1e16_early_termination"
FOUR = "4gpu_1e16_early_termination"
OTHER_DATA = "1gpu_1e14_early_termination"


@pytest.fixture(scope="module")
def study(real_commons):
    return reproducibility(real_commons)


@pytest.mark.parametrize("width", ["single", "double"])
def test_a_real_replication_is_readable_and_tells_the_numbers(study, width, assert_readable):
    drawing = paired_accuracies(study, ONE, FOUR, width=width)
    assert_readable(drawing.figure)
    rows = study.pair(ONE, FOUR)
    row = rows[(rows["scope"] == "all") & (rows["measure"] == "last_val_accuracy_percent")].iloc[0]
    assert len(drawing.data) == row["n"]
    difference = f"{row['mean_absolute_difference_points']:.2f} percentage points"
    assert difference in drawing.caption
    assert f"Spearman correlation {row['spearman']:.2f}" in drawing.caption
    assert "same task data, so the differences tell of replication" in drawing.caption
    assert drawing.data["in_shared_start"].sum() == 10


def test_a_real_transfer_is_called_so(study):
    drawing = paired_accuracies(study, OTHER_DATA, FOUR, measure="best")
    assert "this is transfer: it says nothing of reproducibility" in drawing.caption
    assert drawing.caption.startswith("Validation accuracy of the best epoch")


def test_the_default_is_the_replication_that_compares_most_structures(study):
    data = paired_accuracies(study).data
    rows = study.pairs[study.pairs["relation"] == "replication"]
    assert len(data) == rows["n"].max()
    assert set(data["relation"]) == {"replication"}


def test_a_commons_gives_the_same_pair_as_the_study_of_all(real_commons, study):
    of_two = paired_accuracies(real_commons, FOUR, ONE)
    of_all = paired_accuracies(study, FOUR, ONE)
    assert of_two.data.equals(of_all.data)
    assert of_two.caption == of_all.caption
    assert set(of_two.data["experiment_a"]) == {FOUR}


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("of", ["subsequences", "structures"])
def test_the_real_overlap_is_readable_and_has_the_values_of_the_pairs(
    study, of, width, assert_readable
):
    drawing = overlap_matrix(study, of=of, width=width)
    assert_readable(drawing.figure)
    names = sorted({*study.pairs["experiment_a"], *study.pairs["experiment_b"]})
    mesh = drawing.figure.axes[0].collections[0].get_array()
    assert mesh.shape == (9, 9)
    rows = study.pairs[study.pairs["measure"] == "last_val_accuracy_percent"]
    assert len(rows) == 72
    for _, row in rows.iterrows():
        low, high = sorted((names.index(row["experiment_a"]), names.index(row["experiment_b"])))
        place = (high, low) if row["scope"] == "all" else (low, high)
        assert mesh[place] == pytest.approx(100 * row[f"{of.removesuffix('s')}_jaccard"])


def test_the_frame_of_a_drawing_draws_it_again(study):
    for draw in (paired_accuracies, overlap_matrix):
        first = draw(study)
        again = draw(first.data)
        assert again.png() == first.png()
        assert again.caption == first.caption
        assert again.data.equals(first.data)


def test_what_a_frame_does_not_hold_is_refused(study):
    pair = paired_accuracies(study, ONE, FOUR).data
    with pytest.raises(SelectionError, match=f"expected {ONE} and {FOUR}, got {ONE} and other"):
        paired_accuracies(pair, ONE, "other")
    with pytest.raises(ParameterError, match=r"the measure of the frame, last.*got 'best'"):
        paired_accuracies(pair, measure="best")
    cells = overlap_matrix(study).data
    with pytest.raises(ParameterError, match=r"the overlap of the frame, subseq.*got 'structures'"):
        overlap_matrix(cells, of="structures")


def test_wrong_arguments_are_refused_by_name(real_commons, study):
    with pytest.raises(ParameterError, match=f"two names, or none, got '{ONE}' alone"):
        paired_accuracies(study, ONE)
    with pytest.raises(ParameterError, match="'last' or 'best', got 'mean'"):
        paired_accuracies(study, measure="mean")
    with pytest.raises(ParameterError, match="'subsequences' or 'structures', got 'genomes'"):
        overlap_matrix(study, of="genomes")
    for draw in (paired_accuracies, overlap_matrix):
        with pytest.raises(ParameterError, match="a Commons, a Reproducibility or a pandas frame"):
            draw(["JS9FR6"])
        with pytest.raises(ParameterError, match=f"{draw.__name__}, argument width"):
            draw(study, width="wide")
    with pytest.raises(SelectionError, match="two experiments that have architectures, got one"):
        overlap_matrix(real_commons.select(experiment=ONE))
    for data in (study, real_commons):
        with pytest.raises(SelectionError, match="an experiment and itself are no pair"):
            paired_accuracies(data, ONE, ONE)


def test_a_frame_can_be_turned_as_a_commons_can(study):
    turned = paired_accuracies(paired_accuracies(study, ONE, FOUR).data, FOUR, ONE)
    asked = paired_accuracies(study, FOUR, ONE)
    assert turned.data.equals(asked.data)
    assert turned.png() == asked.png()


def test_given_axes_are_drawn_on(study):
    for draw in (paired_accuracies, overlap_matrix):
        axes = Figure(figsize=(4, 4)).add_subplot()
        assert draw(study, ax=axes).figure is axes.figure
