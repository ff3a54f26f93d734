from __future__ import annotations

from types import SimpleNamespace

import pytest

from vinarch.errors import RefusedError
from vinarch.fetching import patience
from vinarch.fetching.patience import patiently
from vinarch.fetching.refusals import PassingError, TooManyRequestsError


@pytest.fixture
def waits(monkeypatch):
    waited = []
    monkeypatch.setattr(patience, "WAITS_SECONDS", (1.0, 4.0, 16.0))
    monkeypatch.setattr(patience, "time", SimpleNamespace(sleep=waited.append))
    return waited


def passing(retry_after=None, **changes):
    error = PassingError("there", "it", "busy", "Wait.")
    error.retry_after_seconds = retry_after
    for name, value in changes.items():
        setattr(error, name, value)
    return error


def failing(errors, result="done"):
    left = list(errors)

    def attempt():
        if left:
            raise left.pop(0)
        return result

    return attempt


def test_three_failures_are_waited_for_and_a_fourth_is_not(waits):
    assert patiently(failing([passing()] * 3)) == "done"
    assert len(waits) == 3
    with pytest.raises(RefusedError, match=r"busy \(tried 4 times\)") as caught:
        patiently(failing([passing()] * 4))
    assert type(caught.value) is RefusedError


def test_what_does_not_pass_is_not_waited_for(waits):
    with pytest.raises(RefusedError, match="no"):
        patiently(failing([RefusedError("there", "it", "no", "")]))
    assert waits == []


def test_an_attempt_that_came_further_begins_the_waits_anew(waits):
    reached = []

    def attempt():
        reached.append(1)
        if len(reached) < 30:
            raise passing()

    patiently(attempt, lambda: len(reached))
    assert len(waits) == 29
    assert max(waits) <= 1.5


def test_a_server_that_says_when_is_obeyed_up_to_a_total(waits):
    assert patiently(failing([passing(50.0), passing(50.0)])) == "done"
    assert waits == [50.0, 50.0]
    waits.clear()
    with pytest.raises(RefusedError, match="busy; it asks to come back in 50 seconds"):
        patiently(failing([passing(50.0)] * 3))
    assert waits == [50.0, 50.0]


def test_the_last_refusal_is_of_the_kind_that_lasts(waits):
    errors = [passing(lasting=TooManyRequestsError, hint="By the hour.")] * 4
    with pytest.raises(TooManyRequestsError) as caught:
        patiently(failing(errors))
    assert caught.value.hint == "By the hour."


def test_some_refusals_are_tried_less_often(waits):
    with pytest.raises(RefusedError, match="tried 2 times"):
        patiently(failing([passing(most_retries=1)] * 2))
