"""What is chosen, driven as a reader would: random moves, links and ways back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinarch.explorer import state as explorer_state
from vinarch.explorer.state import (
    Arrange,
    Box,
    ChooseArchive,
    ChooseExperiments,
    ChooseNetworks,
    ChooseStructure,
    DropRun,
    EngineChoice,
    Follow,
    Frame,
    Join,
    Known,
    KnownExperiment,
    KnownSpace,
    Match,
    Matching,
    Measure,
    NetworkKey,
    Run,
    ShowIn,
    Slide,
    State,
    Store,
    Tap,
    Turn,
    from_query,
    settle,
    to_query,
)

BITS = KnownSpace("bits", "01", 9, (0, 4))
LAYERS = KnownSpace("layers", "abc", None)
KNOWN = Known(
    (
        KnownExperiment("A", "one", BITS, 5, 50),
        KnownExperiment("A", "t&w=o é:1", BITS, 5, 50),
        KnownExperiment("A", "layered", LAYERS, 5, 0),
        KnownExperiment("B", "one", LAYERS, 2, 0),
    ),
    untrained=(("A", "times"),),
    functions=("penguin", "pow3"),
)
NOTHING = Known(())

names = st.sampled_from(["one", "t&w=o é:1", "layered", "times", "", "none"])
numbers = st.integers(-2, 60)
runs = st.builds(Run, st.none() | names, numbers, st.text("01abc<", max_size=10))
boxes = st.builds(Box, *[st.floats(-5, 105) | st.just(float("nan"))] * 4)
networks = st.lists(st.builds(NetworkKey, names, numbers), max_size=15).map(tuple)
matchings = st.builds(Matching, numbers, st.booleans(), st.booleans())
engines = st.builds(
    EngineChoice,
    st.sampled_from(["penguin", "pow3", "none"]),
    numbers,
    st.floats(-1, 30) | st.sampled_from([float("nan"), float("inf")]),
    numbers,
)
states = st.builds(
    State,
    st.sampled_from(["archaeology", "none"]),
    st.sampled_from([None, "A", "B", "none"]),
    st.lists(names, max_size=4).map(tuple),
    matchings,
    st.none() | runs,
    st.none() | boxes,
    networks,
    engines,
    st.sampled_from(["cityblock", "euclidean", "none"]),
    st.sampled_from(["average", "single", "none"]),
    st.sampled_from(["tree", "accuracy", "none"]),
    st.none() | st.text("01abc<", max_size=10),
)
moves = st.one_of(
    st.builds(ChooseArchive, st.sampled_from(["A", "B", "none"])),
    st.builds(ChooseExperiments, st.lists(names, max_size=4).map(tuple)),
    st.builds(Match, matchings),
    st.builds(Tap, st.none() | runs),
    st.builds(
        Tap, st.builds(Run, st.sampled_from(["one", None]), st.integers(0, 4), st.text("01"))
    ),
    st.builds(Frame, st.none() | boxes),
    st.builds(DropRun, runs, st.just("dropped")),
    st.builds(ChooseNetworks, networks),
    st.builds(Slide, engines),
    st.builds(ShowIn, runs),
    st.builds(Measure, st.sampled_from(["cityblock", "euclidean", "none"])),
    st.builds(Arrange, st.sampled_from(["tree", "accuracy", "none"])),
    st.builds(ChooseStructure, st.none() | st.text("01", min_size=8, max_size=10)),
    st.builds(Join, st.sampled_from(["average", "single", "none"])),
    st.builds(Turn, st.sampled_from(["archaeology", "none"])),
    st.builds(Follow, states),
)
knowns = st.sampled_from([KNOWN, NOTHING])


def belongs(state, known):
    """Whether the chosen subsequence can be one of the selection, worked out anew."""
    if state.run is None:
        return True
    run, matching = state.run, state.matching
    mine = [one for one in known.experiments if one.archive == state.archive]
    chosen = [one for one in mine if one.name in state.experiments]
    if not chosen or len({one.space for one in chosen}) > 1:
        return False
    (space,) = {one.space for one in chosen}
    within = any(a <= run.start and run.stop <= b for a, b in space.phases)
    return (
        (run.experiment is None if matching.across else run.experiment in state.experiments)
        and len(run.symbols) >= matching.min_length
        and set(run.symbols) <= set(space.characters)
        and run.start >= 0
        and (space.symbol_count is None or run.stop <= space.symbol_count)
        and (within or not matching.within_phase)
    )


@given(knowns, states)
def test_any_wish_settles_on_a_state_that_stays(known, wish):
    settled = settle(wish, known)
    assert settle(settled.state, known) == replace(settled, notices=())
    assert belongs(settled.state, known)
    if settled.notices == ():
        sorted_out = {"archive": None, "experiments": (), "networks": (), "box": None}
        assert replace(settled.state, **sorted_out) == replace(wish, **sorted_out)
        assert set(settled.state.experiments) == set(wish.experiments)
        assert settled.state.networks == tuple(dict.fromkeys(wish.networks))
        assert (settled.state.box is None) == (wish.box is None)


@given(knowns, states)
def test_a_link_reopens_the_same_state(known, wish):
    state = settle(wish, known).state
    found = from_query(to_query(state), known)
    assert found.state == state
    assert found.notices == ()


@given(knowns, st.text(max_size=80) | st.lists(
    st.tuples(st.sampled_from(["run", "min_length", "box", "network", "n", "threshold", "start",
                               "subsequence", "archive", "experiment", "page", "of"]),
              st.text(max_size=12)),
).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)))  # fmt: skip
def test_any_link_opens(known, text):
    found = from_query(text, known)
    assert settle(found.state, known).notices == ()
    assert all(len(notice) < 400 for notice in found.notices)


@given(knowns, st.lists(st.none() | moves, max_size=12))
def test_moves_keep_to_what_is_known_and_back_restores(known, steps):
    store = Store(known, from_query("", known))
    heard = []
    store.subscribe(heard.append)
    before = []
    for step in steps:
        was = store.state
        heard.clear()
        if step is None:
            store.back()
            assert store.state == (before.pop() if before else was)
        else:
            store.do(step)
            if heard and heard[-1].remembers:
                before.append(was)
        assert belongs(store.state, known)
        assert settle(store.state, known).notices == ()
        assert len(heard) <= 1
        if heard:
            assert (heard[0].state, heard[0].before) == (store.state, was)
        else:
            assert store.state == was
        if was.run is not None and store.state.run is None and step not in (None, Tap(None)):
            dropped = store.state.experiments != was.experiments or store.notices
            assert dropped or isinstance(step, Follow | ChooseArchive)
    while store.can_go_back:
        store.back()
        assert store.state == before.pop()
    assert before == []


def opened():
    return Store(KNOWN, from_query("", KNOWN))


def test_at_first_the_first_experiment_is_shown():
    assert opened().state == State(archive="A", experiments=("one",))


def test_another_selection_drops_the_subsequence_with_a_notice():
    store = opened()
    store.do(Tap(Run("one", 0, "10110")))
    store.do(ChooseExperiments(("t&w=o é:1",)))
    assert store.state.run is None
    assert store.notices == (
        (
            "The chosen subsequence '10110' was dropped: its experiment 'one' is not chosen. "
            "Choose another point."
        ),
    )
    store.back()
    assert store.state.run == Run("one", 0, "10110")


@pytest.mark.parametrize(
    ("matching", "reason"),
    [
        (Matching(6), "it is shorter than 6 symbols"),
        (Matching(3, within_phase=True), "it crosses phases"),
        (Matching(across=True), "experiments are now matched together"),
    ],
)
def test_another_way_to_match_says_why_the_subsequence_is_dropped(matching, reason):
    store = opened()
    store.do(Tap(Run("one", 0, "10110")))
    store.do(Match(matching))
    assert store.state.run is None
    assert reason in store.notices[0]


def test_experiments_of_different_spaces_are_not_matched():
    store = opened()
    store.do(ChooseExperiments(("one", "layered")))
    assert store.state.experiments == ("one",)
    assert "those of bits are kept, layered left out" in store.notices[0]


def test_the_steps_of_a_slider_are_one_step_back():
    store = opened()
    for threshold in (0.6, 0.7, 0.8):
        store.do(Slide(EngineChoice(threshold=threshold)))
    store.do(Slide(EngineChoice("pow3", threshold=0.8)))
    store.back()
    assert store.state.engine == EngineChoice(threshold=0.8)
    store.back()
    assert store.state.engine == EngineChoice()
    assert not store.can_go_back


def test_what_the_data_refuse_is_no_step():
    store = opened()
    run = Run("one", 0, "11111")
    store.do(Tap(run))
    store.do(DropRun(run, "There is no such run."))
    assert store.notices == ("There is no such run.",)
    store.do(DropRun(run, "Again."))
    assert store.notices == ("There is no such run.",)
    store.back()
    assert store.state == opened().state


def test_a_structure_stays_chosen_as_long_as_it_holds_the_subsequence():
    store = opened()
    store.do(ChooseStructure("101101111"))
    assert store.state.structure is None
    assert "no subsequence is chosen" in store.notices[0]
    store.do(Tap(Run("one", 0, "10110")))
    for genome, reason in (("1011011", "no genome of bits"), ("000001111", "does not hold")):
        store.do(ChooseStructure(genome))
        assert store.state.structure is None
        assert reason in store.notices[0]
    store.do(ChooseStructure("101101111"))
    store.do(Tap(Run("one", 4, "01111")))
    assert store.state.structure == "101101111"
    store.do(Tap(Run("one", 4, "11111")))
    assert (store.state.structure, store.notices) == (None, ())


def test_nobody_hears_a_move_that_changes_nothing():
    store = opened()
    heard = []
    leave = store.subscribe(heard.append)
    store.do(ChooseExperiments(("one",)))
    assert heard == []
    leave()
    store.do(ChooseExperiments(()))
    assert heard == []


def test_a_link_need_not_name_the_only_experiment_twice():
    found = from_query("archive=A&experiment=one&start=0&subsequence=10110", KNOWN)
    assert found.state.run == Run("one", 0, "10110")
    assert found.notices == ()
    two = from_query(
        "archive=A&experiment=one&experiment=t%26w%3Do+%C3%A9%3A1&start=0&subsequence=10110", KNOWN
    )
    assert two.state.run is None
    assert "matched one by one" in two.notices[0]


def test_a_long_link_is_ignored():
    found = from_query("archive=B&x=" + "1" * 20_000, KNOWN)
    assert found.state.archive == "A"
    assert "longer than 16,000 characters" in found.notices[0]


def test_the_state_knows_no_bokeh_and_no_frames():
    folder = Path(explorer_state.__file__).parent
    text = "".join(path.read_text() for path in folder.glob("*.py"))
    assert not any(f"{verb} {name}" in text for verb in ("import", "from")
                   for name in ("bokeh", "tornado", "pandas", "vinarch.commons"))  # fmt: skip
