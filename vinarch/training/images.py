"""Images in folders, one folder a class, as data: paths in, `Data` or an error out.

Alone knows Pillow.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image, UnidentifiedImageError

from vinarch.errors import ParameterError
from vinarch.parameters import check_whole
from vinarch.training.arrays import data_of_parts
from vinarch.training.data import Arrays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.training.data import Data

_ENDINGS: Final = (".png", ".jpg", ".jpeg")
_PARTS: Final = (("train",), ("val", "validation"), ("test",))
_GREY: Final = ("1", "L", "LA")
_COLOUR: Final = ("P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr")
_BRIGHTEST = 255
_MOST = 1 << 16
_MOST_SEED = 2**32 - 1


def data_from_images(
    folder: str | os.PathLike[str],
    *,
    image_size: tuple[int, int] | None = None,
    name: str | None = None,
    seed: int = 0,
) -> Data:
    """Return the images of a folder as data to train on; they are all kept in memory.

    Parameters
    ----------
    folder : path-like
        ``<class>/<file>``, or ``train/<class>/<file>`` with ``val`` (or ``validation``) and
        ``test`` beside it. A part that is not there is a fifth of the images to train on.
        Files end in .png, .jpg or .jpeg; those whose name begins with a dot are left out.
        Classes are numbered in the order of their names.
    image_size : tuple of int, optional
        Height and width that every image is brought to, bilinearly, whatever its proportions.
        Without it all images must be of one size.
    name : str, optional
        Of the data; the folder's name by default.
    seed : int, default 0
        Of the split, where parts are not given.

    Returns
    -------
    Data
        Of one channel if all images are grey, else of three; pixels from 0 to 1 before they are
        normalised.

    Raises
    ------
    ParameterError
        If the folder is not laid out so, an image cannot be read or has another size, or a class
        has too few images.
    """
    place = "data_from_images"
    check_whole(f"{place}(seed=…)", seed, 0, _MOST_SEED, "a seed")
    size = _checked_size(image_size)
    root = Path(folder).expanduser() if isinstance(folder, (str, os.PathLike)) else None
    if root is None or not root.is_dir():
        raise ParameterError(
            f"{place}({str(folder)!r})",
            "a folder of images",
            repr(folder) if root is None else "none",
            "Name one that is there.",
        )
    parts = _parts_of(root)
    classes = sorted({one.name for part in parts if part is not None for one in _folders(part)})
    if not classes:
        raise ParameterError(
            str(root),
            "folders of images, one a class, or train, val and test with such folders",
            "no folder",
            "Lay it out so.",
        )
    files = [None if part is None else _files(part, classes) for part in parts]
    read = _read_all([path for part in files if part is not None for path, _ in part], size)
    given: list[Arrays | None] = []
    for part in files:
        if part is None:
            given.append(None)
            continue
        x = np.stack([read.pop(0) for _ in part])
        given.append(Arrays(x, np.array([number for _, number in part], np.int64)))
    return data_of_parts(str(root), name or root.name, given, seed, tuple(classes))


def _checked_size(size: Any) -> tuple[int, int] | None:
    if size is None:
        return None
    where = "data_from_images(image_size=…)"
    if not isinstance(size, (tuple, list)) or len(size) != 2:  # noqa: PLR2004 - height and width
        raise ParameterError(where, "height and width", repr(size), "Pass (32, 32), say.")
    height, width = (check_whole(where, side, 1, _MOST, "pixels") for side in size)
    return height, width


def _parts_of(root: Path) -> list[Path | None]:
    named = [[root / name for name in names if (root / name).is_dir()] for names in _PARTS]
    if not named[0]:
        return [root, None, None]
    allowed = {one for part in named for one in part}
    strange = [one.name for one in _folders(root) if one not in allowed]
    if strange or any(len(part) > 1 for part in named):
        raise ParameterError(
            str(root),
            "beside the folder train only val (or validation) and test",
            strange[0] if strange else "both val and validation",
            "Leave it out; if train is a class, put all classes into a folder train.",
        )
    return [part[0] if part else None for part in named]


def _folders(part: Path) -> list[Path]:
    return sorted(one for one in part.iterdir() if one.is_dir() and not one.name.startswith("."))


def _files(part: Path, classes: Sequence[str]) -> list[tuple[Path, int]]:
    for one in part.iterdir():
        if not one.is_dir() and not one.name.startswith("."):
            _refuse(one, "a folder of a class", "a file", "Put images into the folders of classes.")
    found = []
    for folder in _folders(part):
        number = classes.index(folder.name)
        for path in sorted(folder.iterdir()):
            if path.name.startswith("."):
                continue
            if path.is_dir() or path.suffix.lower() not in _ENDINGS:
                _refuse(path, f"an image: {', '.join(_ENDINGS)}", "something else", "Take it away.")
            found.append((path, number))
    if not found:
        _refuse(part, "images in folders of classes", "none", "Put them there.")
    return found


def _read_all(paths: list[Path], size: tuple[int, int] | None) -> list[Any]:
    images = [_read(path, size) for path in paths]
    grey = all(one.mode == "L" for one in images)
    first = images[0].size
    read = []
    for path, image in zip(paths, images, strict=True):
        if image.size != first:
            _refuse(
                path,
                f"an image of {first[0]} x {first[1]} pixels, as {paths[0].name}",
                f"{image.size[0]} x {image.size[1]}",
                "Bring all to one size by image_size=(height, width).",
            )
        pixels = np.asarray(image if grey else image.convert("RGB"), np.float32) / _BRIGHTEST
        read.append(pixels[None] if grey else pixels.transpose(2, 0, 1))
    return read


def _read(path: Path, size: tuple[int, int] | None) -> Image.Image:
    try:
        with Image.open(path) as file:
            mode = file.mode
            if mode not in (*_GREY, *_COLOUR):
                _refuse(
                    path,
                    "an image of 8 bits a channel",
                    f"one of Pillow's mode {mode}",
                    "Convert it.",
                )
            image = file.convert("L" if mode in _GREY else "RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, ParameterError):
            raise
        got = "no image" if isinstance(error, UnidentifiedImageError) else str(error)
        _refuse(path, "an image that can be read", got, "Mend it, or take it away.", error)
    return image if size is None else image.resize(size[::-1], Image.Resampling.BILINEAR)


def _refuse(path: Path, expected: str, got: str, step: str, error: Exception | None = None) -> Any:
    raise ParameterError(str(path), expected, got, step) from error
