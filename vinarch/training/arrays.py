"""Arrays of a user's own as data: checked, split where no parts are given, normalised.

Whatever NumPy reads in; `Data` or an error out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from vinarch.errors import ParameterError
from vinarch.parameters import check_whole
from vinarch.training.data import Arrays, Data, normalised
from vinarch.training.splitting import split

_PARTS = ("x, y", "validation=…", "test=…")
_MOST_SEED = 2**32 - 1
_FEWEST_CLASSES = 2
_MOST_CLASSES = 1 << 16
_WITHOUT_CHANNELS, _WITH_CHANNELS = 3, 4


def data_from_arrays(
    x: Any,
    y: Any,
    *,
    validation: tuple[Any, Any] | None = None,
    test: tuple[Any, Any] | None = None,
    name: str = "arrays",
    seed: int = 0,
) -> Data:
    """Return arrays as data to train on.

    Parameters
    ----------
    x : array-like, shape (n, h, w) or (n, c, h, w)
        Images of one or of c channels, all of one size; whole or real numbers of any scale.
    y : array-like of int, shape (n,)
        Class of each image, from 0; every class up to the highest must be there.
    validation, test : tuple of array-like, optional
        ``(x, y)`` of these parts. A part that is not given is a fifth of `x` and `y`, drawn by
        `seed` so that each class has its share.
    name : str, default "arrays"
        Of the data.
    seed : int, default 0
        Of the split; has no effect where both parts are given.

    Returns
    -------
    Data
        Normalised by the training part.

    Raises
    ------
    ParameterError
        If an array cannot be used, a class is missing in a part, or one that is to be split has
        fewer than five images.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.arange(40.0).reshape(10, 2, 2), [0, 1] * 5
    >>> data = data_from_arrays(x, y)
    >>> data.input_shape, data.train.y.tolist(), data.test.y.tolist()
    ((1, 2, 2), [0, 1, 0, 1, 0, 1], [0, 1])
    """
    place = "data_from_arrays"
    check_whole(f"{place}(seed=…)", seed, 0, _MOST_SEED, "a seed")
    given = [
        None if pair is None else _checked(place, slot, pair)
        for slot, pair in zip(_PARTS, ((x, y), validation, test), strict=True)
    ]
    return data_of_parts(place, name, given, seed)


def data_of_parts(
    place: str,
    name: str,
    given: list[Arrays | None],
    seed: int,
    class_names: tuple[str, ...] = (),
) -> Data:
    """Return data of its parts; a validation or test part that is None is split off the first.

    Parameters
    ----------
    place : str
        What messages call the call.
    name : str
    given : list of Arrays or None
        Training, validation, test.
    seed : int
    class_names : tuple of str, optional

    Raises
    ------
    ParameterError
        If the parts do not go together, or lack a class.
    """
    whole, *others = given
    if whole is None:
        raise ParameterError(place, "images to train on", "none", "Give them.")
    missing = [number for number, part in enumerate(others) if part is None]
    if missing:
        _check_classes(f"{place}(y)", whole.y, len(class_names) or _count(whole.y), class_names)
        kept, *cut = split(
            f"{place}(y)", whole.y, seed, held_out=len(missing), class_names=class_names
        )
        for number, chosen in zip(missing, cut, strict=True):
            others[number] = whole.take(chosen)
        whole = whole.take(kept)
    parts = [part for part in (whole, *others) if part is not None]
    classes = len(class_names) or max(_count(part.y) for part in parts)
    for slot, part in zip(_PARTS, parts, strict=True):
        _check_classes(f"{place}({slot})", part.y, classes, class_names)
        if part.x.shape[1:] != whole.x.shape[1:]:
            raise ParameterError(
                f"{place}({slot})",
                f"images of (channels, height, width) {whole.x.shape[1:]}, as those to train on",
                f"{part.x.shape[1:]}",
                "Give all parts one size.",
            )
    return normalised(name, (parts[0], parts[1], parts[2]), classes, class_names)


def _checked(place: str, slot: str, pair: Any) -> Arrays:
    try:
        x, y = pair
    except (TypeError, ValueError) as error:
        raise ParameterError(
            f"{place}({slot})", "a pair (x, y)", type(pair).__name__, "Pass images and classes."
        ) from error
    of_x, of_y = ("(x)", "(y)") if slot == _PARTS[0] else (f"({slot}), x", f"({slot}), y")
    images = _images(place + of_x, x)
    labels = _labels(place + of_y, y)
    if len(images) != len(labels):
        raise ParameterError(
            place + of_y,
            f"{len(images)} classes, one an image",
            f"{len(labels)}",
            "Give each image its class.",
        )
    return Arrays(images, labels)


def _images(where: str, x: Any) -> Any:
    try:
        images = np.asarray(x)
    # PyTorch's RuntimeError is of tensors that are differentiated, and says what to do.
    except (ValueError, TypeError, RuntimeError) as error:
        raise ParameterError(where, "an array", str(error), "Make all images one size.") from error
    if images.dtype.kind not in "buif":
        raise ParameterError(
            where, "numbers", f"an array of {images.dtype}", "Pass the pixels as numbers."
        )
    if images.ndim not in (_WITHOUT_CHANNELS, _WITH_CHANNELS) or 0 in images.shape:
        raise ParameterError(
            where,
            "shape (n, h, w) or (n, c, h, w)",
            f"shape {images.shape}",
            "Reshape it; rows of pixels become images by x.reshape(n, h, w).",
        )
    with np.errstate(over="ignore"):
        images = images.astype(np.float32)
    if not np.isfinite(images).all():
        raise ParameterError(
            where, "finite numbers", "NaN or infinity", "Leave these images out, or mend them."
        )
    return images if images.ndim == _WITH_CHANNELS else images[:, None]


def _labels(where: str, y: Any) -> Any:
    expected = "whole numbers from 0, one an image"
    try:
        labels = np.asarray(y)
    except (ValueError, TypeError, RuntimeError) as error:
        raise ParameterError(where, expected, str(error), "Pass the classes.") from error
    if labels.ndim != 1 or labels.dtype.kind not in "uif" or not len(labels):
        raise ParameterError(
            where,
            expected,
            f"an array of {labels.dtype}, shape {labels.shape}",
            "Number the classes; numpy.unique(y, return_inverse=True) does.",
        )
    # What int64 cannot hold becomes another number, or one below 0.
    with np.errstate(invalid="ignore"):
        whole = labels.astype(np.int64)
    wrong = (whole != labels) | (whole < 0)
    if wrong.any():
        raise ParameterError(
            where,
            expected,
            f"{labels[wrong][0]!s} at place {int(wrong.argmax())}",
            "Number the classes; numpy.unique(y, return_inverse=True) does.",
        )
    return whole


def _count(y: Any) -> int:
    return int(y.max()) + 1


def _check_classes(where: str, y: Any, classes: int, names: tuple[str, ...]) -> None:
    if classes < _FEWEST_CLASSES:
        raise ParameterError(where, "two classes or more", "one", "Add images of another class.")
    if classes > _MOST_CLASSES:
        missing = f"{classes - 1} as the highest"
    else:
        there = np.bincount(y, minlength=classes) > 0
        if there.all():
            return
        first = int(there.argmin())
        missing = f"none of class {names[first] if names else first}"
    raise ParameterError(
        where,
        f"images of every class from 0 to {classes - 1}",
        missing,
        "Number the classes without gaps, and give every part some of each.",
    )
