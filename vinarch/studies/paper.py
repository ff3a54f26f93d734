"""The published results of a paper, recomputed and redrawn: a commons in, a folder of files out.

What is claimed and what is drawn stands in the paper's file in the catalog; the functions that
draw are those of `vinarch.figures.papers`.
"""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vinarch.claiming import claims
from vinarch.claiming.papers import check_about, load_paper, paper_names
from vinarch.errors import CardError, SelectionError
from vinarch.figures import papers
from vinarch.report import Link
from vinarch.studies.files import remove_files, write_frame, writing
from vinarch.studies.pictures import FORMATS, WIDTHS, Picture, prepare_folder, save_picture
from vinarch.study_page import PaperFindings, call_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

    from vinarch.claiming.papers import Paper
    from vinarch.claiming.redrawn import RedrawnFigure
    from vinarch.commons import Commons
    from vinarch.figures import Drawing
    from vinarch.figures.theme import Width
    from vinarch.progress import Progress
    from vinarch.report import ReportFigure

FOLDER = "paper"
_CLAIMS = "claims.csv"


def find_paper(commons: Commons, name: str) -> Paper:
    """Return a paper of the catalog whose numbers come from the archive of a commons.

    Raises
    ------
    ParameterError
        If there is no such paper, or it is about another archive.
    CardError
        If its file cannot be read, or names a figure that there is not.
    """
    paper = load_paper(name, "study(paper=…)")
    check_about(paper, commons.experiment_index["archive"], "study(paper=…)")
    for figure in paper.figures:
        _call_of(name, figure)
    return paper


def remove_stale(folder: Path) -> None:
    """Remove what earlier studies wrote of any paper; a folder with other files stays."""
    inside = folder / FOLDER
    if not inside.is_dir():
        return
    stems = {figure.stem for name in paper_names() for figure in load_paper(name).figures}
    names = [f"{stem}_{width}.{ending}" for stem in stems for width in WIDTHS for ending in FORMATS]
    remove_files(*(inside / name for name in [*names, *(f"{s}.csv" for s in stems), _CLAIMS]))
    with writing(inside):
        if not any(inside.iterdir()):
            inside.rmdir()


def write_paper(commons: Commons, paper: Paper, folder: Path, progress: Progress) -> PaperFindings:
    """Check a paper's claims, draw its figures, and write both into a folder of the study.

    A figure whose experiments the commons does not hold is left out, with the reason.
    """
    inside = folder / FOLDER
    checked = claims(commons, paper.name)
    prepare_folder(inside)
    write_frame(checked, inside / _CLAIMS)
    drawn: list[ReportFigure] = []
    notes: dict[str, str | None] = {}
    left_out: list[tuple[str, str]] = []
    progress.start(f"Figures of {paper.name}", len(paper.figures), "figures")
    try:
        for figure in paper.figures:
            try:
                picture, data = _picture(commons, paper.name, figure, checked)
            except SelectionError as missing:
                left_out.append((figure.place, f"expected {missing.expected}, got {missing.got}."))
            else:
                write_frame(data, inside / f"{figure.stem}.csv")
                saved = save_picture(picture, inside)
                link = Link("data, CSV", f"{FOLDER}/{figure.stem}.csv")
                drawn.append(replace(saved, links=(*saved.links, link)))
                notes[figure.stem] = figure.note
            progress.advance(1)
    finally:
        progress.finish()
    return PaperFindings(
        paper.name,
        paper.citation,
        checked,
        Link(_CLAIMS, f"{FOLDER}/{_CLAIMS}"),
        tuple(drawn),
        notes,
        tuple(left_out),
    )


def _picture(
    commons: Commons, paper: str, figure: RedrawnFigure, checked: pd.DataFrame
) -> tuple[Picture, pd.DataFrame]:
    """Draw a figure once for its data; the picture draws these data in any width."""
    function, takes = _call_of(paper, figure)
    values: tuple[Any, ...] = ()
    if "experiment" in takes:
        values = figure.experiments
    elif figure.experiments:
        values = (_held(commons, figure.experiments),)
    words = dict(figure.parameters)
    lines: tuple[str, ...] = ("from vinarch.figures import papers", "")
    subject: Any = commons
    named = "commons"
    if "experiments" not in takes and "experiment" not in takes:
        subject, named = checked, "claims"
        lines += call_lines("claims = vinarch.claims", "commons", paper=paper)
    lines += call_lines(f"papers.{figure.name}", named, *values, **words)
    first: Drawing = function(subject, *values, **words)

    def draw(width: Width) -> Drawing:
        return function(first.data, width=width)

    return Picture(figure.stem, f"{figure.title} ({figure.place})", draw, lines), first.data


def _held(commons: Commons, experiments: tuple[str, ...]) -> list[str]:
    """Return those of some experiments that a commons holds."""
    there = set(commons.experiment_index["experiment"])
    held = [name for name in experiments if name in there]
    if not held:
        raise SelectionError(
            "commons",
            "one of " + ", ".join(experiments),
            "none of them",
            "Study the whole archive.",
        )
    return held


def _call_of(paper: str, figure: RedrawnFigure) -> tuple[Callable[..., Drawing], set[str]]:
    """Return the function that draws a figure, and the names of what it takes."""
    where = f"papers/{paper}.toml, figure {figure.place}"
    step = "See docs/how-to/check-a-papers-claims.md."
    if figure.name not in papers.__all__:
        raise CardError(
            f"{where}, key figure", "one of " + ", ".join(papers.__all__), repr(figure.name), step
        )
    function: Callable[..., Drawing] = getattr(papers, figure.name)
    signature = inspect.signature(function)
    takes = {*signature.parameters} - {"data", "width", "ax"}
    strange = [name for name, _ in figure.parameters if name not in takes]
    many = len(figure.experiments)
    fits = ("experiment" in takes and many == 1) or ("experiments" in takes) or many == 0
    if strange or not fits:
        raise CardError(
            where,
            f"what {figure.name} takes: {', '.join(sorted(takes))}",
            ", ".join(strange) or f"{many} experiments",
            step,
        )
    return function, takes
