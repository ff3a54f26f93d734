"""The errors that vinarch raises: a leaf module, so that no import can loop.

Each error is a small report in four slots: where it happened, what was expected, what came
instead, and what to do next.
The raw slots go to ``Exception.__init__`` and the prose is made in ``__str__``, so that an error
survives pickling on its way back from a Dask worker.
"""

from __future__ import annotations


class VinarchError(Exception):
    """Base of all errors that vinarch raises on purpose.

    Parameters
    ----------
    where : str
        The file and line, the argument, the archive: where the fault was found.
    expected : str
        What would have been right.
    got : str
        What was there instead, quoted.
    next_step : str
        What the user can do, one sentence.

    Examples
    --------
    >>> from vinarch.errors import GenomeError
    >>> print(GenomeError("phase 2", "7 bits", "6 bits", "Mend the genome."))
    phase 2: expected 7 bits, got 6 bits. Mend the genome.
    """

    def __init__(self, where: str, expected: str, got: str, next_step: str) -> None:
        super().__init__(where, expected, got, next_step)
        self.where = where
        self.expected = expected
        self.got = got
        self.next_step = next_step

    def __str__(self) -> str:
        """Say all four slots in one line."""
        return f"{self.where}: expected {self.expected}, got {self.got}. {self.next_step}".rstrip()


class ParameterError(VinarchError, ValueError):
    """An argument has a value that it cannot have."""


class UnknownArchiveError(VinarchError, LookupError):
    """No data card bears this name or DOI."""


class CardError(VinarchError):
    """A data card in the catalog cannot be read."""


class FetchError(VinarchError):
    """A source could not give what it was asked for."""


class RefusedError(FetchError):
    """A source answered, but refuses; or it cannot be reached.

    The next source in order may still have the files.
    """


class ChecksumError(FetchError):
    """A download is complete, but its bytes are not the published ones."""


class MirrorError(FetchError):
    """A mirror that the user named does not exist or breaks its own promise."""


class GenomeError(VinarchError, ValueError):
    """A genome cannot be read in its search space."""


class DialectError(VinarchError):
    """A file is no table of the dialect that its data card names."""


class RejectedRowsError(VinarchError):
    """Rows were rejected and the caller asked for strictness."""


class StoreError(VinarchError):
    """A commons cannot be read or written."""


class NewerFormatError(StoreError):
    """A commons was written by a newer vinarch."""


class SelectionError(VinarchError, LookupError):
    """A selection names an attribute or a value that the commons does not have."""


class MixedSpacesError(VinarchError, ValueError):
    """Genomes of different search spaces cannot be compared symbol by symbol."""


class RecordingError(VinarchError):
    """A recorded network is finished, or held by another process."""


class MissingLibraryError(VinarchError, ImportError):
    """A library that only an extra installs is not there."""


class CheckpointError(VinarchError):
    """A checkpoint cannot be read, or is not that of the training that asks for it."""


class SearchError(VinarchError):
    """Trainings of a search raised errors."""
