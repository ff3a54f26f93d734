from __future__ import annotations

import pytest

from vinarch.errors import ParameterError
from vinarch.searching import Exhaustive, Result

OBJECTIVES = ["max val_accuracy_percent"]


def asked(search):
    found = []
    while candidates := search.ask():
        found += candidates
        search.tell([Result(one, (1.0,)) for one in candidates])
    return found


def test_each_list_is_trained_as_often_as_asked_in_a_fixed_order():
    search = Exhaustive("chain-layers", OBJECTIVES, longest=1, repeats=2, batch=3)
    assert search.networks == 8
    found = asked(search)
    assert [(one.genome.flat, one.repeat) for one in found] == [
        *[("", 0), ("c", 0), ("k", 0), ("m", 0)],
        *[("", 1), ("c", 1), ("k", 1), ("m", 1)],
    ]
    assert [one.number for one in found] == list(range(8))
    assert {one.generation for one in found} == {0}


def test_the_table_of_layer_lists_has_364_lists_three_times():
    found = asked(Exhaustive("chain-layers", OBJECTIVES))
    assert len(found) == len({(one.genome.flat, one.repeat) for one in found}) == 1092
    assert max(len(one.genome.flat) for one in found) == 5


def test_a_space_of_fixed_length_is_listed_too():
    found = asked(Exhaustive("nsga-net-macro-1x3", OBJECTIVES, repeats=1))
    assert [one.genome.flat for one in found] == [f"{number:04b}" for number in range(16)]


def test_a_space_too_large_is_refused_with_its_count():
    with pytest.raises(ParameterError, match="got 6,291,456: 2,097,152 genomes of nsga-net"):
        Exhaustive("nsga-net-macro-3x4", OBJECTIVES)
    with pytest.raises(ParameterError, match=r"at most 1,091 trainings, got 1,092"):
        Exhaustive("chain-layers", OBJECTIVES, limit=1091)


def test_a_space_that_only_counting_would_tell_is_refused():
    with pytest.raises(ParameterError, match="a space of layer lists, or one of fixed length"):
        Exhaustive("nas-bench-101", OBJECTIVES)
