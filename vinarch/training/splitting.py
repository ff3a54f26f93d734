"""Split images into training, validation and test parts: classes in, places of images out.

Each class is shared out like the whole; nothing is known of pixels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.model_selection import StratifiedKFold

from vinarch.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

FIFTHS = 5
"""A fifth is validation, a fifth test, three fifths are trained on."""


def split(
    where: str,
    y: npt.NDArray[np.int64],
    seed: int,
    *,
    held_out: int = 2,
    class_names: Sequence[str] = (),
) -> tuple[npt.NDArray[np.int64], ...]:
    """Return the places of images that are trained on, then those of each part held out.

    Parameters
    ----------
    where : str
        What messages call the call.
    y : numpy.ndarray of int64, shape (n,)
        Class of each image.
    seed : int
    held_out : int, default 2
        Parts that get a fifth each.
    class_names : sequence of str, optional
        For messages.

    Returns
    -------
    tuple of numpy.ndarray of int64
        Rising places; together each place once. Of each class every fifth has the same number, or
        one more.

    Raises
    ------
    ParameterError
        If a class has fewer than five images.

    Examples
    --------
    >>> train, validation, test = split("example", np.array([0, 1] * 10), seed=0)
    >>> len(train), len(validation), len(test)
    (12, 4, 4)
    """
    classes, counts = np.unique(y, return_counts=True)
    if counts.min() < FIFTHS:
        rare = int(counts.argmin())
        number = int(classes[rare])
        raise ParameterError(
            where,
            f"{FIFTHS} images of each class or more, to split them into fifths",
            f"{counts[rare]} of class {class_names[number] if class_names else number}",
            "Add images of this class, leave it out, or give validation and test parts.",
        )
    # The folds of a cross-validation share each class out; shuffling alone could miss a rare one.
    folds = StratifiedKFold(FIFTHS, shuffle=True, random_state=seed)
    fifths = [np.asarray(places, np.int64) for _, places in folds.split(np.zeros(len(y)), y)]
    return (np.sort(np.concatenate(fifths[held_out:])), *fifths[:held_out])
