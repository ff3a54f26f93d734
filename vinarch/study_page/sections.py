"""The sections of a study's page, in the order of a paper: findings in, a `Report` out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vinarch import __version__, study_words
from vinarch.errors import ParameterError
from vinarch.report import (
    Block,
    Link,
    Listing,
    Paragraph,
    Ref,
    Report,
    ReportFigure,
    ReportTable,
    Section,
)
from vinarch.study_page import lines, tables
from vinarch.study_page.origin import (
    citation_blocks,
    cited,
    moment_of,
    named,
    provenance_blocks,
    reading_sentence,
    shareable,
)
from vinarch.study_page.published import published_blocks
from vinarch.summary import MOST_CHOSEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from vinarch.commons import Commons
    from vinarch.provenance import Provenance
    from vinarch.study_page.findings import Findings
    from vinarch.study_page.published import PaperFindings

_SAYS: dict[str, str | tuple[str | Ref, ...]] = {
    "learning_curves": (
        "shows how the validation accuracy of the networks rose with the epochs. ",
        "Drawn heavily are those that hold the subsequence selected in ",
        Ref("matching"),
        f", of more than {MOST_CHOSEN} those with the highest last accuracy.",
    ),
    "pareto_front": "sets the accuracy of each network against its cost, and marks the networks "
    "that no other one beats in both.",
    "search_order": "shows the accuracies in the order of the architectures' numbers.",
    "subsequences": "shows all matching subsequences of the experiment.",
    "structures": "shows the structures that hold the selected one.",
    "distance_map": "shows how far these structures lie apart.",
    "network": "draws the network of the one with the highest mean accuracy over epochs.",
    "paired_accuracies": "compares the structures that two experiments trained: of the pairs on "
    "the same task data (of all, where there is none) that with most structures to compare.",
    "overlap_matrix": "shows how much the experiments have in common.",
}
"""What leads the reader to each figure."""

_BEST_OF_TRAINED = "draws the network of the one with the highest accuracy."

_CURVES_ALONE = "shows how the validation accuracy of the networks rose with the epochs."

_AGREEMENTS = (
    ("replication", "all"),
    ("replication", "without_shared_start"),
    ("transfer", "all"),
    ("transfer", "without_shared_start"),
    ("unknown", "all"),
)
"""Relations and scopes of pairs, a table each."""

_STATISTICS = ("learning_curves", "pareto_front", "search_order")
_MATCHING = ("subsequences", "structures", "distance_map", "network")
_REPRODUCIBILITY = ("paired_accuracies", "overlap_matrix")


def study_report(
    commons: Commons,
    found: Findings,
    figures: Sequence[ReportFigure],
    paper: PaperFindings | None = None,
) -> Report:
    """Put together all that the page of a study says.

    Parameters
    ----------
    commons : Commons
        Of one archive.
    found : Findings
    figures : sequence of ReportFigure
        With links to their files, in any order; the key of each is its function in
        `vinarch.figures`.
    paper : PaperFindings, optional
        What was recomputed and redrawn of a paper.

    Returns
    -------
    Report

    Raises
    ------
    ParameterError
        If a figure has no place in the page.
    """
    drawn = {figure.key: figure for figure in figures}
    for key in drawn:
        if key not in _SAYS:
            raise ParameterError(
                "study_report(figures=…)",
                "figures of these keys: " + ", ".join(_SAYS),
                repr(key),
                "Give it a place in `vinarch.study_page.sections`.",
            )
    provenance = shareable(commons.provenance[0])
    trained = study_words.training_sentences(found.overall, found.statistics)
    index = commons.experiment_index
    sections: tuple[Section, ...] = (
        Section("data", "Data", tuple(_data(commons, found, provenance))),
        Section("statistics", "Statistics", tuple(_statistics(found, index, trained, drawn))),
        Section("matching", "Matching subsequences", tuple(_matching(found, drawn))),
        Section("reproducibility", "Reproducibility", tuple(_reproducibility(found, drawn))),
    )
    if paper is not None:
        blocks = tuple(published_blocks(paper))
        sections = (*sections, Section("published", f"Published results: {paper.name}", blocks))
    linked = {
        block.link.path
        for section in sections
        for block in section.blocks
        if isinstance(block, ReportTable) and block.link is not None
    } | {"rejects.csv"}
    others = [Link(name, name) for name in found.files if name not in linked]
    return Report(
        title=f"Study of {provenance.archive}",
        byline=f"Made by vinarch {__version__} from the archive {provenance.archive}, version "
        f"{provenance.version}, {named(provenance)}.",
        vinarch_version=__version__,
        abstract=tuple(_abstract(found, provenance, trained)),
        preamble=lines.preamble(commons, found),
        sections=(
            *sections,
            Section(
                "again",
                "How to make this again",
                tuple(_again(commons, found, others, None if paper is None else paper.name)),
            ),
            Section("provenance", "Provenance", tuple(provenance_blocks(provenance))),
            Section("cite", "How to cite the data", tuple(citation_blocks(provenance))),
        ),
    )


def _abstract(
    found: Findings, provenance: Provenance, trained: Sequence[str]
) -> Iterable[Paragraph]:
    yield _text(
        [
            _subject(provenance),
            *trained[:1],
            *study_words.highest_sentences(found.statistics),
            *(
                study_words.match_sentences(found.matches, found.across, found.min_length)[:1]
                if len(found.matches)
                else ()
            ),
            *_replicated(found),
        ]
    )


def _subject(provenance: Provenance) -> str:
    return (
        f"This page tells what vinarch {__version__} found in the archive {provenance.archive}, "
        f"version {provenance.version}."
    )


def _data(commons: Commons, found: Findings, provenance: Provenance) -> Iterable[Block]:
    record = commons.snapshot.record(provenance.archive)
    licence = f" Their licence is {record.licence}." if record and record.licence else ""
    yield Paragraph(("The data are those of: ", *cited(provenance)))
    yield Paragraph(
        (
            f"They were fetched {moment_of(provenance.fetched_at)} ({provenance.source}).",
            f"{licence} ",
            Ref("provenance"),
            " lists the files with their checksums, ",
            Ref("cite"),
            " tells how to cite them.",
        )
    )
    rejected = commons.rejected_row_count
    read = int(commons.experiment_index["history_row_count"].sum()) + rejected
    said = reading_sentence(read, rejected)
    listed = found.link("rejects.csv")
    yield Paragraph((f"{said} They are listed in ", listed, ".") if listed else (said,))
    yield tables.experiments_table(commons.experiment_index)


def _statistics(
    found: Findings, index: pd.DataFrame, trained: Sequence[str], drawn: dict[str, ReportFigure]
) -> Iterable[Block]:
    statistics = found.statistics
    yield _text([*trained, *study_words.cost_sentences(found.overall, statistics)])
    yield tables.cost_table(found, statistics)
    accurate = study_words.accuracy_sentences(statistics, found.confidence)
    yield _text([*accurate, *study_words.data_sentences(index)])
    accuracies = tables.accuracy_table(found, statistics)
    if accuracies is not None:
        yield accuracies
    says = _SAYS if found.chosen is not None else {**_SAYS, "learning_curves": _CURVES_ALONE}
    yield from _figures(_STATISTICS, drawn, says)
    yield from _left_out(_STATISTICS, found)


def _matching(found: Findings, drawn: dict[str, ReportFigure]) -> Iterable[Block]:
    if found.chosen is not None:
        said = study_words.match_sentences(
            found.matches, found.across, found.min_length, found.without_start
        )
        yield _text(said)
        yield _text(
            study_words.chosen_sentences(
                found.matches,
                found.chosen,
                recorded=study_words.has_histories(found.statistics),
            )
        )
    recorded = study_words.has_histories(found.statistics)
    yield from _figures(
        _MATCHING, drawn, _SAYS if recorded else {**_SAYS, "network": _BEST_OF_TRAINED}
    )
    yield from _left_out(("matches", *_MATCHING, "distances"), found)
    if len(found.matches):
        yield tables.matches_table(found)
    # Of one experiment the rows across experiments are those within it.
    trained = found.statistics["network_count"] > 0
    if len(found.matches) and len(found.statistics[trained].groupby("experiment")) > 1:
        yield (
            _text(["No matching subsequence was found across experiments."])
            if found.across.empty
            else tables.across_table(found)
        )
    if len(found.distances):
        yield tables.distances_table(found)


def _reproducibility(found: Findings, drawn: dict[str, ReportFigure]) -> Iterable[Block]:
    reproduced = found.reproduced
    for topic, sentences in zip(reproduced.topics, reproduced.paragraphs, strict=True):
        yield replace(_text(sentences), lead=topic)
    yield from _figures(_REPRODUCIBILITY, drawn)
    pairs, noise = reproduced.pairs, reproduced.noise
    shown = (
        *(tables.agreement_table(found, pairs, *kind) for kind in _AGREEMENTS),
        tables.overlap_table(found, pairs),
    )
    yield from (table for table in shown if table is not None)
    yield tables.noise_table(found, noise) or _text(
        ["No structure was trained more than once within one experiment."]
    )


def _figures(
    keys: Iterable[str],
    drawn: dict[str, ReportFigure],
    says: Mapping[str, str | tuple[str | Ref, ...]] = _SAYS,
) -> Iterable[Block]:
    there = [key for key in keys if key in drawn]
    if there:
        pieces: list[str | Ref] = []
        for key in there:
            said = says[key]
            pieces += [Ref(key), " ", *((said,) if isinstance(said, str) else said), " "]
        yield Paragraph(tuple(pieces[:-1]))
        yield from (drawn[key] for key in there)


def _left_out(keys: Iterable[str], found: Findings) -> Iterable[Block]:
    why = dict(found.left_out)
    sentences = [why[key] for key in keys if key in why]
    if sentences:
        yield _text(sentences)


def _again(
    commons: Commons, found: Findings, others: Sequence[Link], paper: str | None
) -> Iterable[Block]:
    said = f"With vinarch {__version__} these lines write this page, its tables and its figures."
    yield _text([said])
    yield Listing(lines.study_lines(commons, found, paper), "python")
    yield _text(
        ["The lines that make one figure or one table stand with it; these come before them."]
    )
    yield Listing(lines.preamble(commons, found), "python")
    if others:
        pieces: list[str | Link] = ["Other files beside this page: "]
        for place, link in enumerate(others):
            pieces += [", ", link] if place else [link]
        yield Paragraph((*pieces, "."))


def _replicated(found: Findings) -> tuple[str, ...]:
    if found.reproduced.pairs.empty:
        return ()
    known = int(found.overall["structure_count"].max())
    return study_words.replicated_sentences(found.reproduced.structures, known)


def _text(sentences: Iterable[str]) -> Paragraph:
    return Paragraph((" ".join(sentences),))
