"""Keep the checkpoints of one training, and bring a training back to one of them.

A folder and what the network is in; files of `vinarch.training.checkpoints` out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from vinarch.errors import CheckpointError
from vinarch.training.checkpoints import (
    give_momentum,
    give_weights,
    read_checkpoint,
    write_checkpoint,
)

if TYPE_CHECKING:
    from pathlib import Path

    from torch import nn

    from vinarch.training.checkpoints import CheckpointAbout

_OF_THE_TRAINING = ("genome", "seed", "run_id", "network", "channels", "data", "recipe")


@dataclass(frozen=True)
class CheckpointFolder:
    """Where the checkpoints of one network go.

    A state is kept before its epoch is recorded, and the one before it goes only afterwards: what
    is on record can always be gone on from.

    Parameters
    ----------
    folder : Path
        Of all networks of all runs; each run has a folder of its own in it.
    about : CheckpointAbout
        Of the network; its `epochs` do not count.
    every : bool
        Whether the checkpoint of each epoch stays, or only the last.
    """

    folder: Path
    about: CheckpointAbout
    every: bool

    def path(self, epochs: int) -> Path:
        """Return the file of the state after so many epochs."""
        of_the_run = self.folder / f"{self.about.run}-{self.about.run_id[:8]}"
        return of_the_run / f"{self._stem}{epochs:04d}.safetensors"

    @property
    def _stem(self) -> str:
        return f"network-{self.about.network:05d}-epochs-"

    def save(self, epochs: int, module: nn.Module, optimizer: Any) -> None:
        """Keep the state after so many epochs.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        write_checkpoint(self.path(epochs), replace(self.about, epochs=epochs), module, optimizer)

    def recorded(self, epochs: int) -> None:
        """Let the states other than the last one go, unless all stay."""
        if self.every:
            return
        last = self.path(epochs)
        # More than the one before, where an earlier process was killed at this place.
        for path in last.parent.glob(f"{self._stem}*.safetensors"):
            if path != last:
                path.unlink(missing_ok=True)

    def restore(self, epochs: int, module: nn.Module, optimizer: Any) -> None:
        """Bring a module and its optimizer to the state after so many epochs.

        Raises
        ------
        CheckpointError
            If there is no such checkpoint, or it is another training's.
        """
        path = self.path(epochs)
        about, tensors = read_checkpoint(path)
        for name in _OF_THE_TRAINING:
            wanted, got = getattr(self.about, name), getattr(about, name)
            if wanted != got:
                raise CheckpointError(
                    f"{path}, {name}",
                    f"{_told(wanted)}, as of this training",
                    _told(got),
                    "Start the network over by recorder.start(…, resume=False), or name the "
                    "settings and the folder that it was begun with.",
                )
        give_weights(path, module, tensors)
        give_momentum(optimizer, tensors)
        self.recorded(epochs)


def _told(value: Any) -> str:
    return str(getattr(value, "flat", value))
