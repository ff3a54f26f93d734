"""A study of a paper: which files it writes, what its page says, what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import unquote

import pandas as pd
import pytest

import vinarch
from vinarch.claiming.papers import load_paper
from vinarch.claiming.redrawn import RedrawnFigure
from vinarch.errors import CardError, ParameterError, StoreError
from vinarch.progress import LogProgress
from vinarch.studies import making, paper
from vinarch.study_page import published

WHOLE = ["fig_2", "fig_6a_6b", "fig_7", "fig_8", "fig_9", "table_xpsi_and_a4nn"]
EARLY = "4gpu_1e16_early_termination"


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        link = dict(attrs).get("href", "")
        if tag == "a" and not link.startswith(("https:", "#")):
            self.links.add(unquote(link))

    def handle_data(self, data) -> None:
        self.text.append(data)


def page_of(made):
    page = Page()
    page.feed(made.index.read_text(encoding="utf-8"))
    return page


def files_of(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def files_of_figures(stems):
    ends = [f"_{w}.{e}" for w in ("single", "double") for e in ("png", "pdf", "svg")] + [".csv"]
    return {f"{stem}{end}" for stem in stems for end in ends}


@pytest.fixture(scope="module")
def found(real_commons, tmp_path_factory):
    """What a study of the whole archive writes for the paper, without the rest of the study."""
    folder = tmp_path_factory.mktemp("paper")
    mine = paper.find_paper(real_commons, "icpp2023")
    return folder, paper.write_paper(real_commons, mine, folder, LogProgress())


@pytest.fixture(scope="module")
def made(real_commons, tmp_path_factory):
    one = real_commons.select(experiment=EARLY)
    return vinarch.study(one, tmp_path_factory.mktemp("study") / "out", paper="icpp2023")


def test_every_figure_of_the_paper_is_written_with_its_data(found):
    folder, told = found
    assert files_of(folder / "paper") == {"claims.csv"} | files_of_figures(WHOLE)
    assert [figure.key for figure in told.figures] == WHOLE
    assert told.left_out == ()
    assert len(pd.read_csv(folder / "paper" / "fig_6a_6b.csv")) == 600
    assert len(pd.read_csv(folder / "paper" / "fig_8.csv")) == 600
    saved = pd.read_csv(folder / "paper" / "fig_7.csv").set_index("experiment")["saved_percent"]
    assert saved["1gpu_1e15_early_termination"] == pytest.approx(34.12)


def test_the_claims_are_those_of_the_function(found, real_commons):
    folder, told = found
    expected = vinarch.claims(real_commons)
    pd.testing.assert_frame_equal(told.claims, expected)
    written = pd.read_csv(folder / "paper" / "claims.csv")
    assert list(written.columns) == list(expected.columns)
    assert written["verdict"].tolist() == expected["verdict"].tolist()
    assert written["recomputed"].fillna(-1).tolist() == expected["recomputed"].fillna(-1).tolist()


def test_the_lines_beside_each_figure_draw_it(found, real_commons, monkeypatch):
    _, told = found
    for figure in told.figures:
        *lines, last = "\n".join(figure.python).rpartition("\npapers.")
        names = {"commons": real_commons, "vinarch": vinarch}
        exec(lines[0], names)
        drawing = eval(f"papers.{last}", names)
        assert drawing.png() == figure.png
        assert drawing.caption == figure.caption


def test_the_section_counts_the_claims_and_tells_what_differs(found):
    _, told = found
    texts = [
        "".join(piece for piece in block.pieces if isinstance(piece, str))
        for block in published.published_blocks(told)
        if isinstance(block, published.Paragraph)
    ]
    assert texts[0].startswith("The paper is: Channing et al.")
    assert texts[1].startswith(
        "Of 42 claims 15 agree with the archive, 3 differ and 24 are not derivable."
    )
    assert " faster): published 5.5 times, recomputed 4.15; A4NN on 4 GPUs" in texts[2]
    assert texts[3] == (
        "18 claims: No number of the figure is on record here. "
        "6 claims: XPSI's runs are not in the archive."
    )
    assert sum(text.startswith(": The paper") for text in texts) == 3


def test_a_study_of_a_part_says_which_figures_it_cannot_draw(made):
    stems = ["fig_7", "fig_8", "fig_9", "table_xpsi_and_a4nn"]
    assert files_of(made.out / "paper") == {"claims.csv"} | files_of_figures(stems)
    text = "".join(page_of(made).text)
    assert "Published results: icpp2023" in text
    assert "Fig. 2 is not drawn: expected" in text
    assert "Fig. 6a, 6b is not drawn: expected one of 1gpu_1e14_early_termination," in text
    assert made.claims["verdict"].value_counts().to_dict() == {"not derivable": 40, "agrees": 2}


def test_the_page_links_every_file(made):
    assert page_of(made).links == files_of(made.out) - {"index.html"}


def test_the_lines_on_the_page_ask_for_the_paper(made):
    code = next(text for text in page_of(made).text if "vinarch.study(" in text)
    assert '    paper="icpp2023",\n)' in code


def test_a_study_without_the_paper_takes_its_files_away_and_no_others(
    made, real_commons, tmp_path, monkeypatch
):
    folder = tmp_path / "paper"
    folder.mkdir()
    for name in ("fig_7_single.png", "fig_7.csv", "claims.csv", "fig_notes.csv"):
        (folder / name).write_text("old")
    paper.remove_stale(tmp_path)
    assert [path.name for path in folder.iterdir()] == ["fig_notes.csv"]
    (folder / "fig_notes.csv").unlink()
    paper.remove_stale(tmp_path)
    assert not folder.exists()
    paper.remove_stale(tmp_path)


def test_the_papers_of_vinarch_have_claims_and_no_further_figures(real_commons, tmp_path):
    mine = paper.find_paper(real_commons, "cluster2023")
    told = paper.write_paper(real_commons, mine, tmp_path, LogProgress())
    assert files_of(tmp_path) == {"paper/claims.csv"}
    assert set(told.claims["verdict"]) == {"agrees"}
    blocks = list(published.published_blocks(told))
    assert len(blocks) == 3


@pytest.mark.parametrize(
    ("name", "message"),
    [("icpp23", "study.paper=….: expected .*Did you mean 'icpp2023'"), (5, "got 5")],
)
def test_a_paper_that_there_is_not_is_said_before_anything_is_computed(
    real_commons, tmp_path, monkeypatch, name, message
):
    monkeypatch.setattr(making.dask, "compute", None)
    with pytest.raises(ParameterError, match=message):
        vinarch.study(real_commons, tmp_path / "out", paper=name)
    assert not (tmp_path / "out").exists()


def test_a_paper_about_another_archive_is_refused(real_commons, monkeypatch):
    other = replace(load_paper("icpp2023"), archive="ZXTCGF")
    monkeypatch.setattr(paper, "load_paper", lambda *_: other)
    with pytest.raises(ParameterError, match=r"got 'icpp2023', which is about ZXTCGF"):
        paper.find_paper(real_commons, "icpp2023")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (("wall_hours", (), ()), r"figure Fig\. 9, key figure: expected one of claimed_values"),
        (("wall_times", (), (("beam", "1e14"),)), "what wall_times takes: experiments, got beam"),
        (("fitted_curve", ("a", "b"), ()), "takes: architecture, engine, experiment, got 2 exp"),
    ],
)
def test_a_figure_that_nobody_can_draw_is_refused_by_its_place(
    real_commons, monkeypatch, entry, message
):
    name, experiments, parameters = entry
    figure = RedrawnFigure("Fig. 9", name, "Hours", experiments, parameters, None)
    other = replace(load_paper("icpp2023"), figures=(figure,))
    monkeypatch.setattr(paper, "load_paper", lambda *_: other)
    with pytest.raises(CardError, match=message):
        paper.find_paper(real_commons, "icpp2023")


def test_a_file_in_place_of_the_folder_is_said_before_anything_is_written(real_commons, tmp_path):
    one = real_commons.select(experiment=EARLY)
    (tmp_path / "paper").write_text("mine")
    with pytest.raises(StoreError, match="a folder, or nothing yet, got a file"):
        vinarch.study(one, tmp_path, paper="icpp2023")
    assert [path.name for path in tmp_path.iterdir()] == ["paper"]
