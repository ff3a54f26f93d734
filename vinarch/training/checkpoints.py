"""Checkpoints: a module's state in a safetensors file that says how to build the module again.

Nothing is pickled, and reading one runs no code of its writer. Alone knows safetensors.
"""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from vinarch.building import build_network
from vinarch.errors import CheckpointError, VinarchError
from vinarch.genome import search_space
from vinarch.training.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

    from vinarch.genome import Genome

_FORMAT = "vinarch_checkpoint"
_VERSION = 1
_MODEL, _OPTIMIZER = "model.", "optimizer."
_LIBRARIES = ("vinarch", "torch", "safetensors", "numpy")
_OLDER_FILE = "Start the network over by recorder.start(…, resume=False), or bring the file back."


@dataclass(frozen=True, kw_only=True)
class CheckpointAbout:
    """What a checkpoint says of itself; with its tensors enough to use the network elsewhere.

    Attributes
    ----------
    genome : Genome
    epochs : int
        That the network was trained for.
    seed : int
        Of its training.
    run, run_id : str
        Name and identity of the recorded run.
    network : int
        Its number in the run.
    input_shape : tuple of int
        Channels, height and width of an image.
    classes : int
    channels : int or tuple of int
        As `vinarch.building.build_network` takes them.
    mean, deviation : tuple of float
        Of each channel: a pixel goes into the network as ``(pixel - mean) / deviation``.
    class_names : tuple of str
    data : str
        Name of the data.
    recipe : mapping
        Settings of `Recipe`.
    versions : mapping
        Of Python and the libraries that wrote the checkpoint.
    """

    genome: Genome
    epochs: int
    seed: int
    run: str
    run_id: str
    network: int
    input_shape: tuple[int, int, int]
    classes: int
    channels: int | tuple[int, ...]
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    class_names: tuple[str, ...]
    data: str
    recipe: Mapping[str, Any]
    versions: Mapping[str, str]

    def build(self) -> nn.Module:
        """Return the network, its weights drawn anew."""
        return build_network(
            self.genome,
            input_shape=self.input_shape,
            classes=self.classes,
            channels=self.channels,
        )


def library_versions() -> dict[str, str]:
    """Return the versions that a checkpoint records."""
    return {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}}


def load_checkpoint(path: str | os.PathLike[str]) -> tuple[nn.Module, CheckpointAbout]:
    """Build the network of a checkpoint and give it its weights.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    module : torch.nn.Module
        On the CPU, as for measuring (`eval`).
    about : CheckpointAbout

    Raises
    ------
    CheckpointError
        If the file is no checkpoint of vinarch, is damaged, or was written by a newer vinarch.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise CheckpointError(
            "load_checkpoint(path)", "a checkpoint in safetensors", repr(path), "Name its file."
        )
    place = Path(path).expanduser()
    about, tensors = read_checkpoint(place)
    # Built without memory, so that a header that promises a huge network cannot ask for any.
    try:
        with torch.device("meta"):
            module = about.build()
    except VinarchError as error:
        raise _damaged(place, error) from error
    give_weights(place, module, tensors, assign=True)
    return module.eval(), about


def write_checkpoint(path: Path, about: CheckpointAbout, module: nn.Module, optimizer: Any) -> None:
    """Write a state whole or not at all, so that it outlives a power cut.

    Raises
    ------
    StoreError
        If the disk refuses; what was there before stays.
    """
    tensors = {f"{_MODEL}{name}": value for name, value in module.state_dict().items()}
    for number, state in optimizer.state_dict()["state"].items():
        for name, value in state.items():
            if isinstance(value, torch.Tensor):
                tensors[f"{_OPTIMIZER}{number}.{name}"] = value
    here = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    write_whole(path, save(here, metadata=_tell(about)))


def read_checkpoint(path: Path) -> tuple[CheckpointAbout, dict[str, Tensor]]:
    """Return what a checkpoint says, and its tensors by name.

    Raises
    ------
    CheckpointError
        As `load_checkpoint`.
    """
    try:
        with safe_open(path, framework="pt") as file:
            told = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (SafetensorError, OSError, ValueError) as error:
        got = "none" if isinstance(error, FileNotFoundError) else str(error)
        raise CheckpointError(str(path), "a checkpoint in safetensors", got, _OLDER_FILE) from error
    return _read(path, told), tensors


def give_weights(
    path: Path, module: nn.Module, tensors: Mapping[str, Tensor], *, assign: bool = False
) -> None:
    """Give a module the weights of a checkpoint.

    Raises
    ------
    CheckpointError
        If they are not those of such a module.
    """
    weights = {
        name.removeprefix(_MODEL): value
        for name, value in tensors.items()
        if name.startswith(_MODEL)
    }
    wanted = {name: (one.shape, one.dtype) for name, one in module.state_dict().items()}
    found = {name: (one.shape, one.dtype) for name, one in weights.items()}
    if wanted != found:
        strange = sorted(
            name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)
        )
        raise CheckpointError(
            str(path),
            "the weights of the network that its header tells of",
            f"others: {', '.join(strange[:3])}",
            "The file was changed, or written by a vinarch that built it otherwise.",
        )
    module.load_state_dict(weights, assign=assign)


def give_momentum(optimizer: Any, tensors: Mapping[str, Tensor]) -> None:
    """Give an optimizer the state of a checkpoint."""
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith(_OPTIMIZER):
            number, _, key = name.removeprefix(_OPTIMIZER).partition(".")
            state.setdefault(int(number), {})[key] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def _tell(about: CheckpointAbout) -> dict[str, str]:
    space = about.genome.space
    told = {
        "genome": space.print_genome(about.genome),
        "search_space": space.name,
        **{name: getattr(about, name) for name in _PLAIN},
    }
    # `format` is what other readers of safetensors look for; values are text by that format.
    return {
        "format": "pt",
        _FORMAT: str(_VERSION),
        **{
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in told.items()
        },
    }


def _read(path: Path, told: Mapping[str, str]) -> CheckpointAbout:
    if _FORMAT not in told:
        raise CheckpointError(
            str(path), "a checkpoint of vinarch", "other tensors", "Name one that vinarch wrote."
        )
    if told[_FORMAT] != str(_VERSION):
        raise CheckpointError(
            str(path),
            f"a checkpoint of version {_VERSION}",
            f"version {told[_FORMAT]}",
            "Install a newer vinarch.",
        )
    try:
        space = search_space(told["search_space"])
        return CheckpointAbout(
            genome=space.parse(told["genome"]),
            **{name: read(told[name]) for name, read in _PLAIN.items()},
        )
    # JSON nested too deep ends in a RecursionError.
    except (KeyError, ValueError, TypeError, RecursionError, VinarchError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> CheckpointError:
    return CheckpointError(
        str(path),
        "a header that tells how the network is built",
        f"a damaged one ({type(error).__name__}: {error})",
        "Take another checkpoint.",
    )


def _numbers(text: str) -> Any:
    return tuple(json.loads(text))


def _channels(text: str) -> Any:
    value = json.loads(text)
    return tuple(value) if isinstance(value, list) else value


_PLAIN: Final[dict[str, Any]] = {
    "epochs": int,
    "seed": int,
    "run": str,
    "run_id": str,
    "network": int,
    "input_shape": _numbers,
    "classes": int,
    "channels": _channels,
    "mean": _numbers,
    "deviation": _numbers,
    "class_names": _numbers,
    "data": str,
    "recipe": json.loads,
    "versions": json.loads,
}
"""What the header tells besides the genome, and how each is read."""
