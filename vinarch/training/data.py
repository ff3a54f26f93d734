"""The data that networks are trained on: images and their classes in three parts.

Arrays that are checked already in, normalised tensors out; reads no file, splits nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

if TYPE_CHECKING:
    import numpy.typing as npt
    from torch import Tensor

    Images = npt.NDArray[np.float32]
    Classes = npt.NDArray[np.int64]


class Part(NamedTuple):
    """Images and the class of each.

    Attributes
    ----------
    x : torch.Tensor
        Of float32, shape (images, channels, height, width), normalised.
    y : torch.Tensor
        Of int64, shape (images,), from 0.
    """

    x: Tensor
    y: Tensor


@dataclass(frozen=True)
class Data:
    """Images in three parts: to train on, to choose networks by, and to judge them at the end.

    Attributes
    ----------
    name : str
    train, validation, test : Part
    classes : int
    mean, deviation : tuple of float
        Of each channel's pixels in the training part, by which all parts are normalised:
        ``(pixel - mean) / deviation``. The deviation of a channel whose pixels are all equal is 1.
    class_names : tuple of str
        Names of the classes in their order, where there are any.

    Examples
    --------
    >>> from vinarch.training import load_data
    >>> data = load_data("digits", seed=0)
    >>> data.input_shape, data.classes
    ((1, 8, 8), 10)
    >>> [len(part.y) for part in (data.train, data.validation, data.test)]
    [1077, 360, 360]
    """

    name: str
    train: Part
    validation: Part
    test: Part
    classes: int
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    class_names: tuple[str, ...] = ()

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Return channels, height and width of an image."""
        _, channels, height, width = self.train.x.shape
        return channels, height, width


class Arrays(NamedTuple):
    """Images and their classes before they are normalised.

    Attributes
    ----------
    x : numpy.ndarray
        Of float32, shape (images, channels, height, width).
    y : numpy.ndarray
        Of int64, shape (images,).
    """

    x: Images
    y: Classes

    def take(self, chosen: npt.NDArray[np.int64]) -> Arrays:
        """Return some of them."""
        return Arrays(self.x[chosen], self.y[chosen])


def normalised(
    name: str,
    parts: tuple[Arrays, Arrays, Arrays],
    classes: int,
    class_names: tuple[str, ...] = (),
) -> Data:
    """Return data of its three parts, normalised by the statistics of the first one only.

    Parameters
    ----------
    name : str
    parts : tuple of Arrays
        Training, validation, test.
    classes : int
    class_names : tuple of str, optional
    """
    pixels = parts[0].x
    # In double precision: a sum of millions of float32 loses digits.
    mean = pixels.mean(axis=(0, 2, 3), dtype=np.float64)
    deviation = pixels.std(axis=(0, 2, 3), dtype=np.float64)
    deviation = np.where(deviation > 0, deviation, 1.0)
    shape = (1, -1, 1, 1)
    train, validation, test = (
        Part(
            torch.from_numpy(
                ((x - mean.reshape(shape)) / deviation.reshape(shape)).astype(np.float32)
            ),
            torch.from_numpy(y),
        )
        for x, y in parts
    )
    return Data(
        name,
        train,
        validation,
        test,
        classes=classes,
        mean=tuple(mean.tolist()),
        deviation=tuple(deviation.tolist()),
        class_names=class_names,
    )
