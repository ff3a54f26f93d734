"""What a data card tells, as frozen records: which files are tables, and what a path means.

Values and paths in; roles, attributes, names and settings of experiments out.
Reads no card and no file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from vinarch.catalog.citing import Citation, citation_of
from vinarch.errors import CardError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

AttributeValue = bool | int | float | str

MEND = "Mend the data card; see docs/reference/data-cards.md."

SHIPPED = "shipped"
"""The kind of a companion whose files lie beside the data card."""


@dataclass(frozen=True)
class Rule:
    """A pattern in a path, the attribute value that it means, and its word in the id."""

    pattern: str
    value: AttributeValue
    label: str


@dataclass(frozen=True)
class Attribute:
    """How a path, or a row of wall times, gives one attribute of an experiment."""

    name: str
    rules: tuple[Rule, ...]

    def read(self, path: str) -> AttributeValue:
        """Return the value that a path gives.

        Raises
        ------
        CardError
            If no rule matches, or rules of different values do.
        """
        values = {rule.value for rule in self.rules if re.search(rule.pattern, path)}
        if len(values) != 1:
            words = ", ".join(rule.label for rule in self.rules)
            found = "none of them" if not values else " and ".join(sorted(map(str, values)))
            raise CardError(
                path,
                f"a path that names exactly one value of {self.name} ({words})",
                found,
                "Rename the file as the archive names it, or mend the rules in the data card.",
            )
        return values.pop()

    def label(self, value: AttributeValue) -> str:
        """Return the word that stands for a value in an experiment's id."""
        for rule in self.rules:
            if rule.value == value:
                return rule.label
        raise CardError(
            f"attribute {self.name}",
            "one of " + ", ".join(str(rule.value) for rule in self.rules),
            repr(value),
            "Mend the source, or add a rule to the data card.",
        )


@dataclass(frozen=True)
class TableFiles:
    """Which files of an archive hold tables of one role: one section ``[[tables]]``.

    Mappings are as the card has them; nobody changes them.
    """

    role: str
    """``histories``, ``wall_times``, ``configuration``, ``genomes`` or ``lineage``."""
    globs: tuple[str, ...]
    one_file_per_experiment: bool = False
    """Whether a second file of one experiment is a mistake: a copy under another name."""
    experiment: str | None = None
    """Name of this section's experiment, instead of the archive's template."""
    dialect: str | None = None
    """Dialect of these files, instead of the archive's."""
    columns: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What ``[tables.columns]`` says; the dialect knows what it means."""
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict, hash=False)
    """Values that no path tells."""
    setting: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Fields of `Setting`, instead of the archive's."""

    def holds(self, path: str) -> bool:
        """Tell whether a file belongs to the section."""
        return any(fnmatchcase(path, glob) for glob in self.globs)


@dataclass(frozen=True, order=True)
class ListedFile:
    """A file that the card knows of a companion."""

    path: str
    size_bytes: int | None = None
    """None where the card does not know."""
    sha256: str | None = None
    """None where the card does not know: what comes is recorded when it is first fetched."""


@dataclass(frozen=True)
class Companion:
    """Another place that holds the tables: public and pinned, or beside the data card."""

    name: str
    url: str
    """The files are below it; of a tarball, its own; empty where files lie beside the card."""
    commit: str = ""
    files: tuple[ListedFile, ...] = ()
    kind: str = "files"
    """``files``: one download a file; ``github-tarball``: one of all; ``shipped``: none."""
    folder: str = ""
    """Folder that paths count from: inside the repository, or beside the data card."""
    place: Path | None = field(default=None, compare=False)
    """The folder of the data card, of a companion that is shipped."""
    with_vinarch: bool = field(default=False, compare=False)
    """Whether that is the catalog that vinarch itself brings along."""


@dataclass(frozen=True)
class Setting:
    """What all networks of one experiment have in common; None where the card does not say.

    Each field is a key of the card and may be given anew by a section ``[tables.setting]``.
    """

    search_space: str
    strategy: str | None = None
    task_data: str | None = None
    hardware: str | None = None
    protocol: str | None = None
    objectives: tuple[str, ...] = ()
    """Each a direction and a column, ``max val_accuracy_percent``."""
    epoch_budget: float | None = None
    first_epoch: float = 0
    epoch_step: float | None = 1
    """None where the epochs recorded are few."""


@dataclass(frozen=True, kw_only=True)
class Archive:
    """One published archive, as its data card describes it."""

    name: str
    doi: str
    """Empty where there is none; then `url` is the pinned address."""
    url: str
    version: str
    title: str
    authors: tuple[str, ...]
    year: int
    publisher: str
    licence: str
    description: str
    paper: str
    preparation: str
    """How the tables are made from a published form that vinarch does not load; else empty."""
    search_space: str
    dialect: str
    experiment: str
    strategy: str | None
    task_data: str | None
    hardware: str | None
    protocol: str | None
    objectives: tuple[str, ...]
    epoch_budget: float | None
    first_epoch: float
    epoch_step: float | None
    tables: tuple[TableFiles, ...]
    attributes: tuple[Attribute, ...]
    companions: tuple[Companion, ...]

    @property
    def shipped(self) -> tuple[Companion, ...]:
        """Return the companions whose files lie beside the data card."""
        return tuple(one for one in self.companions if one.kind == SHIPPED)

    def tables_of(self, path: str) -> tuple[TableFiles, ...]:
        """Return every section that a file belongs to, in the order of the card."""
        return tuple(table for table in self.tables if table.holds(path))

    def table_of(self, path: str) -> TableFiles | None:
        """Return the first section that a file belongs to, None if it is no table."""
        return next((table for table in self.tables if table.holds(path)), None)

    def role_of(self, path: str) -> str | None:
        """Return the role of a file among the archive's tables, or None if it is no table."""
        table = self.table_of(path)
        return None if table is None else table.role

    def attributes_of(
        self, path: str, table: TableFiles | None = None
    ) -> dict[str, AttributeValue]:
        """Return the experiment's attributes that a path gives, and its section.

        Raises
        ------
        CardError
            If the path does not give exactly one value of an attribute.
        """
        told = {} if table is None else table.attributes
        read = {a.name: a.read(path) for a in self.attributes if a.name not in told}
        return read | dict(told)

    def experiment_id(
        self, values: Mapping[str, AttributeValue], table: TableFiles | None = None
    ) -> str:
        """Return the id of the experiment that has these attributes, each by its label.

        Raises
        ------
        CardError
            If the id needs an attribute that is not among the values.

        Examples
        --------
        >>> from vinarch.catalog import find_archive
        >>> values = {"gpus": 1, "beam": "1e14", "early_termination": True}
        >>> find_archive("JS9FR6").experiment_id(values)
        '1gpu_1e14_early_termination'
        """
        known = {attribute.name: attribute for attribute in self.attributes}
        labels = {
            name: known[name].label(value) if name in known else _word(value)
            for name, value in values.items()
        }
        fixed = None if table is None else table.experiment
        return self._fill(self.experiment if fixed is None else fixed, labels)

    def setting_of(
        self, values: Mapping[str, AttributeValue], table: TableFiles | None = None
    ) -> Setting:
        """Return the setting of the experiment that has these attributes.

        What a section says counts before what the archive says; ``{name}`` in a text stands for
        the attribute's value.

        Raises
        ------
        CardError
            If a text needs an attribute that is not among the values.

        Examples
        --------
        >>> from vinarch.catalog import find_archive
        >>> values = {"gpus": 1, "beam": "1e14", "early_termination": True}
        >>> find_archive("JS9FR6").setting_of(values).epoch_budget
        25
        """
        words = {name: _word(value) for name, value in values.items()}
        given = {one.name: getattr(self, one.name) for one in fields(Setting)}
        if table is not None:
            given |= table.setting
        for name, value in given.items():
            if isinstance(value, str):
                given[name] = self._fill(value, words)
        return Setting(**given)

    def known_sha256(self, path: str) -> str | None:
        """Return the published SHA-256 of a file, where the card has it."""
        for companion in self.companions:
            for file in companion.files:
                if file.path == path and file.sha256 is not None:
                    return file.sha256
        return None

    def citation(self) -> Citation:
        """Return how to cite the archive, as text and as BibTeX."""
        return citation_of(self)

    def _fill(self, template: str, words: Mapping[str, str]) -> str:
        try:
            return template.format(**words)
        except KeyError as error:
            raise CardError(
                f"data card of {self.name}, {template!r}",
                "attributes among " + (", ".join(sorted(words)) or "none"),
                f"{{{error.args[0]}}}",
                MEND,
            ) from error


def _word(value: AttributeValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
