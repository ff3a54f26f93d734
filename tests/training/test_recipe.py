from __future__ import annotations

import math

import pytest
from needs import torch_or_skip

torch = torch_or_skip()

from vinarch.errors import ParameterError  # noqa: E402 - after the skip
from vinarch.training import Recipe  # noqa: E402

pytestmark = pytest.mark.search


def test_the_defaults_are_those_of_a4nn():
    recipe = Recipe()
    assert (recipe.learning_rate, recipe.momentum, recipe.weight_decay) == (0.025, 0.9, 3e-4)
    assert (recipe.schedule, recipe.batch_size, recipe.gradient_clip) == ("cosine", 128, 5)


def test_the_cosine_schedule_by_hand():
    recipe = Recipe(learning_rate=0.8)
    # Of 4 epochs cos(0) = 1, cos(45°) = 1/√2, cos(90°) = 0, cos(135°) = -1/√2.
    half = math.sqrt(0.5)
    expected = [0.8, 0.4 + 0.4 * half, 0.4, 0.4 - 0.4 * half]
    assert [recipe.rate(epoch, 4) for epoch in range(4)] == pytest.approx(expected)
    assert [Recipe(schedule="constant").rate(epoch, 4) for epoch in range(2)] == [0.025, 0.025]


def test_the_cosine_schedule_is_that_of_pytorch():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.025)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 25)
    for epoch in range(25):
        assert Recipe().rate(epoch, 25) == pytest.approx(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"learning_rate": 0}, r"Recipe\(learning_rate=…\): expected a number above 0, got 0\."),
        ({"learning_rate": math.nan}, "above 0, got nan"),
        ({"learning_rate": math.inf}, "above 0, got inf"),
        ({"learning_rate": "0.1"}, "above 0, got '0.1'"),
        ({"momentum": 1.0}, r"momentum=…\): expected a number from 0 to below 1, got 1.0"),
        ({"momentum": True}, "below 1, got True"),
        ({"weight_decay": -1}, r"weight_decay=…\): expected a number, 0 or more, got -1"),
        ({"gradient_clip": 0.0}, r"gradient_clip=…\): expected a number above 0, or None, got 0.0"),
        ({"schedule": "cosin"}, r"schedule=…\): .* Did you mean 'cosine'"),
        ({"batch_size": 1.5}, r"batch_size=…\): expected a whole number from 1"),
        ({"threads": 0}, r"threads=…\): expected a whole number from 1"),
        ({"test_each_epoch": 1}, r"test_each_epoch=…\): expected True or False, got 1"),
        ({"device": "gpu"}, r"device=…\): expected 'auto', 'cpu', 'cuda' .* got 'gpu'"),
        ({"device": None}, r"device=…\): .* got None"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(settings, message):
    with pytest.raises(ParameterError, match=message):
        Recipe(**settings)


def test_a_device_that_is_not_there_is_refused_when_it_is_asked_for():
    missing = "cuda:7" if torch.cuda.is_available() else "cuda"
    recipe = Recipe(device=missing)
    with pytest.raises(ParameterError, match=r"expected a device of this machine, got 'cuda"):
        recipe.place()
    assert Recipe(device="cpu").place() == torch.device("cpu")
    wanted = "cuda" if torch.cuda.is_available() else "cpu"
    assert Recipe().place().type == wanted
