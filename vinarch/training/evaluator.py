"""Train the networks of a search: genomes in, recorded trainings out.

What `vinarch.running` asks of an evaluator; small when it is pickled, since each worker reads the
data by itself.
"""

from __future__ import annotations

import difflib
from dataclasses import asdict, fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from vinarch.building import build_network, network_costs
from vinarch.errors import ParameterError
from vinarch.parameters import check_choice, check_whole
from vinarch.training.checkpoints import CheckpointAbout, library_versions
from vinarch.training.data import Data
from vinarch.training.keeping import CheckpointFolder
from vinarch.training.loop import train
from vinarch.training.recipe import Recipe
from vinarch.training.seeding import seeded, threads
from vinarch.training.sources import load_data

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from vinarch.genome import Genome
    from vinarch.recording import Network
    from vinarch.searching import Candidate

_KEPT = ("last", "every")
_AT_ONCE = 2


class TrainingEvaluator:
    """Builds the network of a genome, trains it, and records how it learns.

    Parameters
    ----------
    data : str or Data, default "digits"
        As `load_data` names them; read once by each process. `Data` go along when it is pickled.
    data_seed : int, default 0
        Of the split into training, validation and test, which is the same for all networks.
    image_size : sequence of int, optional
        Height and width that the images of a folder are brought to.
    channels : int or sequence of int, default 16
        As `vinarch.building.build_network` takes them.
    checkpoints : path-like, optional
        Folder for checkpoints; None keeps none, and an interrupted network starts over.
    keep : {"last", "every"}, default "last"
        Which checkpoints of a network stay.
    **recipe
        Settings of `Recipe`.

    Attributes
    ----------
    resumes : bool
        Whether an interrupted network goes on where it was: what `recorder.start(resume=…)` takes.

    Raises
    ------
    ParameterError
        If a setting cannot be.

    Examples
    --------
    >>> import pickle
    >>> from vinarch.genome import search_space
    >>> evaluator = TrainingEvaluator(data="digits", channels=(8, 16, 32), batch_size=64)
    >>> evaluator.costs(search_space("nsga-net-macro-3x4").from_flat("0" * 21))
    {'mflops': 0.0001, 'parameter_count': 20}
    >>> len(pickle.dumps(evaluator)) < 1000
    True
    >>> TrainingEvaluator(learning_rat=0.1)
    Traceback (most recent call last):
    vinarch.errors.ParameterError: TrainingEvaluator(learning_rat=…): expected data, data_seed,
    image_size, channels, checkpoints, keep, learning_rate, momentum, weight_decay, schedule,
    batch_size, gradient_clip, test_each_epoch, device or threads, got 'learning_rat'. Did you mean
    'learning_rate'?
    """

    def __init__(
        self,
        *,
        data: str | Data = "digits",
        data_seed: int = 0,
        image_size: Sequence[int] | None = None,
        channels: int | Sequence[int] = 16,
        checkpoints: str | os.PathLike[str] | None = None,
        keep: Literal["last", "every"] = "last",
        **recipe: Any,
    ) -> None:
        for name in recipe:
            _check_name(name)
        self.recipe = Recipe(**recipe)
        self.source = data
        self.data_seed = check_whole(_where("data_seed"), data_seed, 0, 2**32 - 1, "a seed")
        self.image_size = None if image_size is None else _pair(image_size)
        self.channels = _channels(channels)
        check_choice(_where("keep"), keep, _KEPT)
        self.keep = keep
        self.checkpoints = None if checkpoints is None else _folder(checkpoints)
        if not isinstance(data, (str, Data)):
            raise ParameterError(
                _where("data"), "a name, or Data", type(data).__name__,
                "Make Data by vinarch.training.data_from_arrays.",
            )  # fmt: skip

    @property
    def resumes(self) -> bool:
        """Tell whether an interrupted network goes on where it was."""
        return self.checkpoints is not None

    @property
    def task_data(self) -> str:
        """Return what the networks are trained on, for the record."""
        return self.source if isinstance(self.source, str) else self.source.name

    @property
    def protocol(self) -> str:
        """Return how the networks are trained, for the record."""
        told = {"channels": self.channels, **asdict(self.recipe)}
        return ", ".join(f"{name} {value}" for name, value in told.items())

    @property
    def data(self) -> Data:
        """Return the data, read now if this process has not read them."""
        if isinstance(self.source, Data):
            return self.source
        return _loaded(self.source, self.data_seed, self.image_size)

    def costs(self, genome: Genome) -> dict[str, float]:
        """Return what the network of a genome costs: ``mflops`` and ``parameter_count``.

        Raises
        ------
        GenomeError
            If its search space cannot be built.
        ParameterError
            If the data cannot be read, or the channels do not suit.
        """
        data = self.data
        costs = network_costs(
            genome, input_shape=data.input_shape, classes=data.classes, channels=self.channels
        )
        return {"mflops": costs.mflops, "parameter_count": costs.parameter_count}

    def train(self, network: Network, candidate: Candidate, seed: int) -> None:
        """Train the network of a candidate, record it, and finish it.

        Parameters
        ----------
        network : Network
            Started by a recorder; one that was interrupted goes on after its recorded epochs.
        candidate : Candidate
            Only its genome counts.
        seed : int
            Of the weights at first and of all that is drawn in training.

        Raises
        ------
        CheckpointError
            If the network has epochs on record whose checkpoint cannot be read.
        ParameterError
            If it has epochs on record and no checkpoints are kept; as `train` otherwise.
        StoreError
            If the disk refuses.
        """
        data, genome = self.data, candidate.genome
        # One thread as in training: matrices may be drawn in pieces, a piece a thread.
        with threads(self.recipe.threads), seeded(seed):
            module = build_network(
                genome, input_shape=data.input_shape, classes=data.classes, channels=self.channels
            )
        train(
            network, module, data, self.recipe, seed=seed,
            keeper=self._keeper(network, genome, data, seed),
        )  # fmt: skip

    def _keeper(
        self, network: Network, genome: Genome, data: Data, seed: int
    ) -> CheckpointFolder | None:
        if self.checkpoints is None:
            return None
        about = CheckpointAbout(
            genome=genome,
            epochs=0,
            seed=seed,
            run=network.run.name,
            run_id=network.run.run_id,
            network=network.number,
            input_shape=data.input_shape,
            classes=data.classes,
            channels=self.channels,
            mean=data.mean,
            deviation=data.deviation,
            class_names=data.class_names,
            data=data.name,
            recipe=asdict(self.recipe),
            versions=library_versions(),
        )
        return CheckpointFolder(self.checkpoints, about, every=self.keep == "every")

    def __repr__(self) -> str:
        """Say what is trained on."""
        return f"<TrainingEvaluator on {self.task_data}, channels {self.channels}>"


@lru_cache(maxsize=_AT_ONCE)
def _loaded(source: str, seed: int, image_size: tuple[int, int] | None) -> Data:
    return load_data(source, seed=seed, image_size=image_size)


def _where(name: str) -> str:
    return f"TrainingEvaluator({name}=…)"


def _check_name(name: str) -> None:
    of_the_recipe = [one.name for one in fields(Recipe)]
    if name in of_the_recipe:
        return
    known = ["data", "data_seed", "image_size", "channels", "checkpoints", "keep", *of_the_recipe]
    near = difflib.get_close_matches(name, known, 1)
    raise ParameterError(
        _where(name),
        f"{', '.join(known[:-1])} or {known[-1]}",
        repr(name),
        f"Did you mean {near[0]!r}?" if near else "Leave it out.",
    )


def _channels(given: Any) -> int | tuple[int, ...]:
    # TOML has lists where Python's users write tuples.
    each = given if isinstance(given, (list, tuple)) else (given,)
    checked = tuple(check_whole(_where("channels"), one, 1, 1 << 16, "channels") for one in each)
    return checked if isinstance(given, (list, tuple)) else checked[0]


def _pair(size: Any) -> tuple[int, int]:
    if isinstance(size, (list, tuple)) and len(size) == 2:  # noqa: PLR2004 - height and width
        height, width = (
            check_whole(_where("image_size"), side, 1, 1 << 16, "pixels") for side in size
        )
        return height, width
    raise ParameterError(
        _where("image_size"), "height and width", repr(size), "Pass [32, 32], say."
    )


def _folder(folder: Any) -> Path:
    try:
        # Workers may stand in another folder.
        return Path(folder).expanduser().absolute()
    except (TypeError, RuntimeError) as error:
        raise ParameterError(
            _where("checkpoints"), "a folder, or None", repr(folder), "Name one."
        ) from error
