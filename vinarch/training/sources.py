"""Find data by a name: scikit-learn's digits, a file of arrays, a folder of images.

A name in, `Data` out; what the name stands for is read once by each process that asks.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.datasets import load_digits

from vinarch.errors import ParameterError
from vinarch.parameters import check_choice, check_whole
from vinarch.training.arrays import data_from_arrays
from vinarch.training.images import data_from_images

if TYPE_CHECKING:
    from collections.abc import Callable

    from vinarch.training.data import Data

_DARKEST = 16
"""The digits' pixels are counts from 0 to 16."""

_MOST_SEED = 2**32 - 1

_DAMAGED = (
    OSError,
    EOFError,
    ValueError,
    TypeError,
    AttributeError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What NumPy raises of a file that is no archive of arrays, or a damaged one."""


def load_data(source: str, *, seed: int = 0, image_size: tuple[int, int] | None = None) -> Data:
    """Return the data that a name stands for.

    Parameters
    ----------
    source : str
        ``"digits"``: scikit-learn's 1,797 handwritten digits of 8x8 pixels, from 0 to 1, split
        into three, one and one fifths.
        ``"arrays:<file.npz>"``: arrays ``x`` and ``y``, and, if they are there,
        ``x_validation``, ``y_validation``, ``x_test``, ``y_test``, as in `data_from_arrays`.
        ``"folder:<path>"``: images, as in `data_from_images`.
    seed : int, default 0
        Of the split, where parts are not given.
    image_size : tuple of int, optional
        Height and width that the images of a folder are brought to.

    Raises
    ------
    ParameterError
        If there are no such data, or they cannot be used.

    Examples
    --------
    >>> load_data("digits").name
    'digits'
    >>> load_data("digit")
    Traceback (most recent call last):
    vinarch.errors.ParameterError: load_data(source): expected 'digits', 'arrays:<file.npz>' or
    'folder:<path>', got 'digit'. Did you mean 'digits'?
    """
    check_whole("load_data(seed=…)", seed, 0, _MOST_SEED, "a seed")
    kind, colon, place = str(source).partition(":")
    if image_size is not None and kind != "folder":
        raise ParameterError(
            "load_data(image_size=…)",
            "None, but for a folder of images",
            repr(image_size),
            "Leave it out.",
        )
    if source == "digits":
        return _digits(seed)
    if not colon or kind not in _READERS or not place:
        check_choice("load_data(source)", source, ("digits", "arrays:<file.npz>", "folder:<path>"))
    return _READERS[kind](Path(place).expanduser(), seed, image_size)


def _digits(seed: int) -> Data:
    found = load_digits()
    return data_from_arrays(found.images / _DARKEST, found.target, name="digits", seed=seed)


def _arrays(path: Path, seed: int, _: Any) -> Data:
    try:
        # Pickled objects are refused: they could run code.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
    except _DAMAGED as error:
        raise ParameterError(
            str(path), "a file of arrays", str(error), "Write one by numpy.savez(path, x=x, y=y)."
        ) from error
    names = {"x", "y"}
    parts = {}
    for part in ("validation", "test"):
        pair = (f"x_{part}", f"y_{part}")
        if found.keys() & set(pair):
            names |= set(pair)
            parts[part] = pair
    if found.keys() != names:
        raise ParameterError(
            str(path),
            f"arrays {', '.join(sorted(names))}",
            ", ".join(sorted(found)) or "none",
            "Write them by numpy.savez(path, x=x, y=y, x_test=…, y_test=…).",
        )
    given = {part: (found[x], found[y]) for part, (x, y) in parts.items()}
    return data_from_arrays(found["x"], found["y"], name=path.stem, seed=seed, **given)


def _folder(path: Path, seed: int, image_size: Any) -> Data:
    return data_from_images(path, image_size=image_size, seed=seed)


_READERS: Final[dict[str, Callable[[Path, int, Any], Data]]] = {
    "arrays": _arrays,
    "folder": _folder,
}
