import pandas as pd
import pytest
from matplotlib.figure import Figure

import vinarch
from vinarch.errors import ParameterError, SelectionError
from vinarch.figures.searches import learning_curves, pareto_front, search_order

EARLY = "1gpu_1e14_early_termination"
FULL = "1gpu_1e16_no_early_termination"
BY_EXPERIMENTS = [pareto_front, search_order]


@pytest.mark.parametrize("width", ["single", "double"])
def test_real_learning_curves_are_readable_and_tell_the_numbers(
    real_commons, width, assert_readable
):
    drawing = learning_curves(real_commons, EARLY, width=width)
    assert_readable(drawing.figure)
    # The most accurate at the end, by hand from the table: 98.5828 % of network 83.
    assert set(drawing.data.loc[drawing.data["chosen"], "architecture"]) == {83}
    assert "100 at epoch 0 and 46 at epoch 24" in drawing.caption
    assert "54 trainings were ended early" in drawing.caption
    assert "83 (98.58 % after epoch 24)" in drawing.caption


def test_real_trainings_without_early_termination_have_no_crosses(real_commons):
    drawing = learning_curves(real_commons, FULL)
    assert "ended early" not in drawing.caption
    assert not any(c.get_label() == "ended early" for c in drawing.figure.axes[0].collections)


@pytest.mark.parametrize("width", ["single", "double"])
@pytest.mark.parametrize("draw", BY_EXPERIMENTS)
def test_all_real_experiments_are_readable(real_commons, draw, width, assert_readable):
    drawing = draw(real_commons, width=width)
    assert_readable(drawing.figure)
    assert len(drawing.figure.axes) == 9
    assert len(drawing.data) == 900


def test_real_shared_starts_are_the_first_ten_even_of_one_experiment(real_commons):
    for experiments in (EARLY, None):
        data = search_order(real_commons, experiments).data
        assert set(data.loc[data["in_shared_start"], "architecture"]) == set(range(10))
        assert data["in_shared_start"].sum() == 10 * data["experiment"].nunique()


def test_an_experiment_alone_in_its_commons_shares_no_start(real_commons):
    data = search_order(real_commons.select(experiment=EARLY)).data
    assert not data["in_shared_start"].any()


@pytest.mark.parametrize(
    ("draw", "arguments"),
    [
        (learning_curves, {"experiment": EARLY, "architectures": [3, 71]}),
        (pareto_front, {"experiments": [EARLY, FULL], "measure": "best"}),
        (search_order, {"experiments": [EARLY, FULL], "measure": "best"}),
    ],
)
def test_the_frame_of_a_drawing_draws_it_again(real_commons, draw, arguments):
    first = draw(real_commons, **arguments)
    again = draw(first.data)
    assert again.png() == first.png()
    assert again.caption == first.caption
    assert again.data.equals(first.data)


@pytest.mark.parametrize("draw", BY_EXPERIMENTS)
def test_a_frame_can_be_narrowed_by_name(real_commons, draw):
    both = draw(real_commons, [EARLY, FULL])
    one = draw(both.data, FULL)
    assert set(one.data["experiment"]) == {FULL}
    with pytest.raises(SelectionError, match=r"experiments of the frame: 1gpu.*got 'nothing'"):
        draw(both.data, "nothing")


def test_other_networks_can_be_chosen_in_a_frame(real_commons):
    first = learning_curves(real_commons, EARLY)
    again = learning_curves(first.data, EARLY, [5])
    assert set(again.data.loc[again.data["chosen"], "architecture"]) == {5}


@pytest.mark.parametrize("draw", BY_EXPERIMENTS)
def test_a_measure_that_the_frame_does_not_hold_is_refused(real_commons, draw):
    frame = draw(real_commons, EARLY).data
    with pytest.raises(ParameterError, match=r"the measure of the frame, last_val.*got 'best'"):
        draw(frame, measure="best")
    with pytest.raises(ParameterError, match="'last' or 'best', got 'mean'"):
        draw(real_commons, EARLY, measure="mean")


@pytest.mark.parametrize("draw", [learning_curves, *BY_EXPERIMENTS])
def test_wrong_arguments_are_refused_by_name(real_commons, draw):
    with pytest.raises(ParameterError, match=f"{draw.__name__}, argument data: expected a Commons"):
        draw("JS9FR6")
    with pytest.raises(ParameterError, match=f"{draw.__name__}, argument width"):
        draw(real_commons, EARLY, width="wide")
    with pytest.raises(SelectionError, match="Did you mean"):
        draw(real_commons, "1gpu_1e14_early")


@pytest.mark.parametrize("draw", BY_EXPERIMENTS)
def test_more_panels_than_twelve_and_axes_for_several_are_refused(real_commons, draw):
    with pytest.raises(ParameterError, match="up to 12 names, got 13"):
        draw(real_commons, [f"e{number}" for number in range(13)])
    with pytest.raises(ParameterError, match="one experiment, which fits on one axes, got 9"):
        draw(real_commons, ax=Figure().add_subplot())
    axes = Figure().add_subplot()
    assert draw(real_commons, EARLY, ax=axes).figure is axes.figure


PARTS = {
    "learning_curves": lambda data: data[data["architecture"] < 3],
    "pareto_front": lambda data: data[~data["on_front"]],
    "search_order": lambda data: data[data["architecture"] >= 50],
}


@pytest.mark.archives
@pytest.mark.parametrize("name", sorted(PARTS))
def test_a_part_of_a_frame_is_told_with_its_own_numbers(real_commons, name):
    one = real_commons.select(experiment="1gpu_1e14_early_termination")
    draw = getattr(vinarch.figures, name)
    whole = draw(one)
    part = draw(PARTS[name](whole.data))
    if name == "learning_curves":
        assert part.data["networks_training"].max() == 3
    elif name == "pareto_front":
        assert part.data["on_front"].any()
    else:
        first = part.data.iloc[0]
        assert first["best_so_far_percent"] == first["val_accuracy_percent"]


@pytest.mark.archives
@pytest.mark.parametrize("name", sorted(PARTS))
def test_rows_that_come_twice_are_refused(real_commons, name):
    draw = getattr(vinarch.figures, name)
    data = draw(real_commons.select(experiment="1gpu_1e14_early_termination")).data
    with pytest.raises(ParameterError, match=r"rows again\. Drop the second ones"):
        draw(pd.concat([data, data]))


@pytest.mark.parametrize("projection", ["polar", "3d"])
def test_axes_that_are_not_plain_are_refused(projection):
    axes = Figure().add_subplot(projection=projection)
    for name in vinarch.figures.__all__:
        if name in {"Drawing", "set_theme", "theme"}:
            continue
        with pytest.raises(ParameterError, match=f"{name}, argument ax: expected plain axes"):
            getattr(vinarch.figures, name)(pd.DataFrame(), ax=axes)


def test_what_is_no_axes_is_refused():
    with pytest.raises(ParameterError, match="got str"):
        vinarch.figures.search_order(pd.DataFrame(), ax="ax")
    axes = Figure().add_subplot()
    axes.remove()
    with pytest.raises(ParameterError, match="axes that were removed"):
        vinarch.figures.pareto_front(pd.DataFrame(), ax=axes)


@pytest.fixture(scope="module")
def cells(archives, tmp_path_factory):
    """The commons of NAS-Bench-101 records: parameters are known, MFLOPs are not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VINARCH_HOME", str(tmp_path_factory.mktemp("cells")))
        yield vinarch.fetch("NASBench101-records", mirror=archives)


def test_a_cost_that_is_not_known_is_refused_with_the_one_that_is(cells):
    with pytest.raises(SelectionError) as refused:
        pareto_front(cells)
    assert str(refused.value) == (
        "pareto_front, argument cost: expected networks whose mflops is known, got none. "
        "Known is parameter_count: pareto_front(…, cost='parameter_count')."
    )
    with pytest.raises(ParameterError, match=r"argument cost: .*got 'best_val_acc"):
        pareto_front(cells, cost="best_val_accuracy_percent")


def test_the_front_by_parameters_is_that_of_a_plain_loop(cells):
    drawing = pareto_front(cells, cost="parameter_count")
    values = drawing.data[["parameter_count", "val_accuracy_percent"]].to_numpy(dtype=float)
    on_front = [
        not any(
            (other[0] <= one[0] and other[1] >= one[1]) and tuple(other) != tuple(one)
            for other in values
        )
        for one in values
    ]
    assert drawing.data["on_front"].tolist() == on_front
    # A frame that has this cost only needs not be told.
    assert pareto_front(drawing.data).png() == drawing.png()
