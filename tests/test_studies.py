from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import dask.dataframe as dd
import nbformat
import pandas as pd
import pytest

import vinarch
from vinarch import genome_state, matching
from vinarch.errors import ParameterError, SelectionError, StoreError
from vinarch.figures.drawing import Drawing
from vinarch.measuring import pair_count
from vinarch.schema import REJECTS
from vinarch.studies import check_ending, left_out, making, pictures, tables, write_frame
from vinarch.studies.files import alone_in

ROW = "1gpu_1e14_early_termination:0:10110110101010"


@pytest.fixture(scope="module")
def made(real_commons, tmp_path_factory):
    return vinarch.study(real_commons, tmp_path_factory.mktemp("study") / "out")


FIGURES = (
    "subsequences", "structures", "distance_map", "network", "learning_curves", "pareto_front",
    "search_order", "paired_accuracies", "overlap_matrix",
)  # fmt: skip


def test_the_tables_that_compare_experiments_are_those_of_the_functions(made, real_commons):
    statistics = pd.read_csv(made.out / "statistics.csv")
    assert len(statistics) == len(made.statistics) + 7
    together = statistics[statistics["experiment"].isna()]
    assert together["n"].tolist() == real_commons.statistics(by=None)["n"].tolist()
    reproduced = vinarch.reproducibility(real_commons)
    for name, expected in (
        ("reproducibility", reproduced.pairs),
        ("replicated_structures", reproduced.structures),
        ("shared_starts", reproduced.starts),
        ("training_noise", reproduced.noise),
    ):
        written = pd.read_csv(made.out / f"{name}.csv")
        assert list(written.columns) == list(expected.columns)
        pd.testing.assert_frame_equal(
            written.select_dtypes("number"),
            expected.select_dtypes("number"),
            check_dtype=False,
            check_exact=True,
        )


def test_the_network_drawn_is_the_most_accurate_that_holds_the_row(made):
    text = made.index.read_text(encoding="utf-8")
    assert "The network of structure 43 of the experiment 1gpu_1e14_early_termination" in text


def test_the_table_is_in_the_published_form(made):
    table = pd.read_csv(made.out / "subsequences.csv")
    assert list(table.columns) == [
        "experiment", "subsequence", "length", "start", "structures", "count",
        "mean_val_accuracy_percent",
    ]  # fmt: skip
    published = table[
        (table["experiment"] == "1gpu_1e14_early_termination")
        & (table["subsequence"] == "[1,0,1,1,0,1,1,0,1,0,1,0,1,0]")
        & (table["start"] == 0)
    ]
    (row,) = published.to_dict("records")
    assert (row["length"], row["count"], row["structures"]) == (14, 5, "11;29;30;43;49")
    assert row["mean_val_accuracy_percent"] == 89.6596773139983
    assert table["experiment"].nunique() == 9
    assert len(table) == len(made.subsequences) == 4259


def test_the_distances_are_one_file_of_all_pairs(made, real_commons):
    pairs = pd.read_parquet(made.out / "distances.parquet")
    counts = real_commons.experiment_index["structure_count"]
    assert len(pairs) == made.pair_count == (counts * (counts - 1) // 2).sum() == 41_621
    expected = vinarch.distances(real_commons).compute()
    assert pairs["distance"].tolist() == expected["distance"].tolist()
    assert pairs["structure_id_b"].tolist() == expected["structure_id_b"].tolist()


def test_each_figure_comes_in_two_widths_and_three_formats(made):
    names = sorted(path.name for path in (made.out / "figures").iterdir())
    assert names == sorted(
        f"{kind}_{width}.{ending}"
        for kind in FIGURES
        for width in ("single", "double")
        for ending in ("png", "pdf", "svg")
    )


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        values = dict(attrs)
        # The page's one script stands in it; `tests/test_report.py` holds it to its digest.
        inline = tag == "script" and "src" not in values
        if not inline and (
            tag in {"img", "script", "iframe"} or (tag == "link" and "href" in values)
        ):
            self.loads.append(values.get("src") or values.get("href") or "")
        if tag == "a":
            self.links.append(values["href"])

    def handle_data(self, data) -> None:
        self.text.append(data)


def test_the_page_opens_offline_and_says_where_everything_came_from(made, real_commons):
    page = Page()
    page.feed(made.index.read_text(encoding="utf-8"))
    assert page.loads
    assert all(load.startswith("data:") for load in page.loads)
    text = "".join(page.text)
    (provenance,) = real_commons.provenance
    for word in ("10.7910/DVN/JS9FR6", "9.0", "mirror: archives", vinarch.__version__):
        assert word in text
    for file in provenance.files:
        assert file.path in text
        assert file.sha256 in text
    for link in page.links:
        if not link.startswith(("https:", "#")):
            assert (made.out / link).is_file(), link


def test_the_lines_on_the_page_make_the_same_study(made, tmp_path, monkeypatch, fetched_home):
    page = Page()
    page.feed(made.index.read_text(encoding="utf-8"))
    code = next(text for text in page.text if "vinarch.study(" in text)
    monkeypatch.setenv("VINARCH_HOME", str(fetched_home))
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "page", "exec"), {})
    assert digests(tmp_path / "study") == digests(made.out)


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_on_a_cluster_of_two_processes_every_byte_is_the_same(
    made, real_commons, tmp_path, cluster
):
    again = vinarch.study(real_commons, tmp_path / "out")
    assert digests(again.out) == digests(made.out)


def test_other_files_in_the_folder_are_left_alone(real_commons, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    one = real_commons.select(experiment="4gpu_1e16_early_termination")
    done = vinarch.study(one, tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert done.chosen.experiment == "4gpu_1e16_early_termination"
    ranked = done.subsequences.sort_values(["count", "length"], ascending=False)
    assert ranked.iloc[0]["start"] == done.chosen.start
    assert not list(tmp_path.rglob(".*"))


@pytest.mark.parametrize(
    ("select", "error", "message"),
    [
        ("x", ParameterError, "EXPERIMENT:START:BITS, got 'x'"),
        ("1gpu_1e14:0:10110", SelectionError, "Did you mean '1gpu_1e1[456]_"),
        (
            "4gpu_1e14_no_early_termination:0:10110",
            SelectionError,
            "histories are known, got 4gpu_1e14_no_early_termination: without histories",
        ),
        (ROW.replace("1011011", "1111111"), SelectionError, "got none"),
        (ROW.replace(":0:", ":12:"), ParameterError, "got start 12, length 14"),
    ],
)
def test_a_selection_that_cannot_be_stops_before_anything_is_written(
    real_commons, tmp_path, select, error, message
):
    with pytest.raises(error, match=message):
        vinarch.study(real_commons, tmp_path / "out", select=select)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_is_said(real_commons, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StoreError, match=r"file: expected a place that can be written, got"):
        vinarch.study(real_commons, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_an_unknown_ending_is_refused(tmp_path):
    with pytest.raises(ParameterError, match=r"ends in .csv or .parquet, got '.*table.xlsx'"):
        write_frame(pd.DataFrame({"a": [1]}), tmp_path / "table.xlsx")


def test_a_study_that_is_killed_leaves_no_half_file(made, fetched_home, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(made.out, out)
    before = digests(out)
    code = (
        "import vinarch; "
        f"vinarch.study(vinarch.open({str(fetched_home / 'commons')!r}), {str(out)!r})"
    )
    for seconds in (0.2, 0.7, 1.2):
        process = subprocess.Popen([sys.executable, "-c", code])
        # Count from the first sign that it writes, so that slow machines do not all kill an import.
        deadline = time.monotonic() + 60
        while not list(out.rglob(".*")) and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        now = {name: digest for name, digest in digests(out).items() if name in before}
        # The old page goes before the first file is replaced; the others stay whole.
        assert now == {name: digest for name, digest in before.items() if name in now}
        assert set(before) - set(now) <= {"index.html"}


@pytest.fixture(scope="module")
def one(real_commons):
    """One experiment, without the published row."""
    return real_commons.select(experiment="4gpu_1e16_early_termination")


@pytest.fixture
def unpainted(monkeypatch):
    """Drawings that are not rendered, where a test asks for other things; returns their points."""
    points = []
    plain = pictures.draw_subsequences

    def draw(frame, **words):
        points.append(frame)
        return plain(frame, **words)

    def save(self, stem, formats):
        paths = tuple(stem.with_name(f"{stem.name}.{ending}") for ending in formats)
        for path in paths:
            path.write_bytes(PNG)
        return paths

    monkeypatch.setattr(pictures, "draw_subsequences", draw)
    monkeypatch.setattr(Drawing, "save", save)
    return points


PNG = b"\x89PNG\r\n\x1a\n" + bytes(7) + b"\x0dIHDR" + bytes(3) + b"\x08" + bytes(3) + b"\x08"


@pytest.mark.parametrize("min_length", [3, 16])
def test_the_scatter_shows_the_runs_of_the_table_and_marks_the_chosen_one(
    real_commons, tmp_path, min_length, unpainted
):
    mine = real_commons.select(experiment="1gpu_1e14_early_termination")
    made = vinarch.study(mine, tmp_path / "out", min_length=min_length)
    frame = unpainted[0]
    assert len(frame) == len(made.subsequences)
    assert frame["length"].min() == min_length
    (marked,) = frame[frame["chosen"]].itertuples()
    assert (marked.start, marked.subsequence) == (made.chosen.start, made.chosen.subsequence)
    drawn = vinarch.figures.subsequences(
        mine, made.chosen.experiment, marked.start, marked.subsequence, min_length=min_length
    )
    assert len(drawn.data) == len(frame)
    assert drawn.data["chosen"].sum() == 1


def links_of(index: Path) -> set[str]:
    page = Page()
    page.feed(index.read_text(encoding="utf-8"))
    return {unquote(link) for link in page.links if not link.startswith(("https:", "#"))}


def test_the_page_links_every_file_and_names_the_unit_of_the_distances(made):
    assert links_of(made.index) == set(digests(made.out)) - {"index.html"}
    text = made.index.read_text(encoding="utf-8")
    assert "Distances between the structures of an experiment: city-block distance in symbols" in (
        text
    )
    assert "distances.parquet, all 41,621 pairs" in text


def test_rejected_rows_are_listed_and_linked_and_a_stale_list_goes(one, tmp_path, unpainted):
    row = {
        "archive": "JS9FR6", "experiment": one.trained_experiments()[0][1], "architecture": 3,
        "source_file": "a.csv", "line": 7, "expected": "a number", "got": "x",
    }  # fmt: skip
    frame = pd.DataFrame([row]).astype(REJECTS.empty().dtypes.to_dict())
    bad = replace(one)
    vars(bad)["rejects"] = dd.from_pandas(frame, npartitions=1)
    listed = vinarch.study(bad, tmp_path / "out")
    assert pd.read_csv(listed.out / "rejects.csv").to_dict("records") == [row]
    assert links_of(listed.index) == set(digests(listed.out)) - {"index.html"}
    vinarch.study(one, tmp_path / "out")
    assert not (tmp_path / "out" / "rejects.csv").exists()


def test_a_notebook_is_written_when_asked_for_and_goes_when_not(one, tmp_path, unpainted):
    asked = vinarch.study(one, tmp_path / "out", notebook=True)
    cells = nbformat.read(asked.out / "study.ipynb", as_version=4).cells
    assert cells[0].source.startswith("# Study of JS9FR6")
    assert any("vinarch.figures.learning_curves" in cell.source for cell in cells)
    assert "study.ipynb" in links_of(asked.index)
    vinarch.study(one, tmp_path / "out")
    assert not (tmp_path / "out" / "study.ipynb").exists()


def test_no_number_breaks_and_long_lists_are_shortened(made):
    page = Page()
    page.feed(made.index.read_text(encoding="utf-8"))
    assert "68 structures" in "".join(page.text)
    assert "The structures 11, 29, 30, 43 and 49 share it." in "".join(page.text)


def test_nothing_is_computed_or_rendered_twice(one, tmp_path, monkeypatch):
    calls = Counter()

    def count(owner, name):
        plain = getattr(owner, name)

        def counted(*args, **words):
            calls[name] += 1
            return plain(*args, **words)

        monkeypatch.setattr(owner, name, counted)

    count(matching, "match_table")
    count(genome_state, "_epoch_state")
    count(Drawing, "_bytes")
    count(pictures, "cells_of")
    count(pictures, "distances_of")
    vinarch.study(one, tmp_path / "out")
    assert calls == {
        "match_table": 2, "_epoch_state": one.histories.npartitions, "_bytes": 7 * 6,
        "cells_of": 1, "distances_of": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"metric": "manhattan"}, "got 'manhattan'. Did you mean 'cityblock'"),
        ({"min_length": 0}, r"from 1 to 21.*, got 0"),
        ({"confidence": 95}, "For 95 % pass 0.95"),
        ({"select": 5}, "EXPERIMENT:START:BITS"),
        ({"select": ROW, "min_length": 15}, "at least 15 symbols .*got 14 symbols"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_computed(
    real_commons, tmp_path, monkeypatch, words, message
):
    monkeypatch.setattr(making.dask, "compute", None)
    with pytest.raises(ParameterError, match=message):
        vinarch.study(real_commons, tmp_path / "out", **words)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_another_study_holds_is_left_alone(one, tmp_path):
    with alone_in(tmp_path), pytest.raises(StoreError, match="one that another study holds now"):
        vinarch.study(one, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_the_figures_is_said_before_anything_is_written(one, tmp_path):
    (tmp_path / "figures").write_text("mine")
    with pytest.raises(StoreError, match="a folder, or nothing yet, got a file"):
        vinarch.study(one, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["figures"]


def test_what_is_no_commons_or_no_folder_is_said(one):
    with pytest.raises(ParameterError, match="study: expected a Commons, got NoneType"):
        vinarch.study(None, "out")
    with pytest.raises(StoreError, match="the path of a folder or file, got None"):
        vinarch.study(one, None)


def test_a_selection_without_histories_is_said_and_leaves_no_folder(real_commons, tmp_path):
    silent = real_commons.select(status="no_histories")
    with pytest.raises(SelectionError, match=r"histories are known, got .*: without histories"):
        vinarch.study(silent, tmp_path / "new" / "out")
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_matches_the_page_says_so_and_tells_the_rest(one, tmp_path):
    done = vinarch.study(one, tmp_path / "out", min_length=21)
    assert done.chosen is None
    assert done.subsequences.empty
    page = Page()
    page.feed(done.index.read_text(encoding="utf-8"))
    said = "".join(page.text)
    assert "No two structures of an experiment share a run of 21 symbols or more" in said
    assert "distances.parquet" in said
    drawn = {path.name.rpartition("_")[0] for path in (tmp_path / "out" / "figures").iterdir()}
    assert drawn == {"learning_curves", "pareto_front", "search_order"}


def test_too_many_distances_are_left_out_and_it_is_said(one, tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    (out / "distances.parquet").write_text("of an earlier study")
    for module in (tables, making, left_out):
        monkeypatch.setattr(module, "MOST_PAIRS", 100)
    done = vinarch.study(one, out)
    assert done.pair_count == 0
    assert not (out / "distances.parquet").exists()
    page = Page()
    page.feed(done.index.read_text(encoding="utf-8"))
    pairs = pair_count(one)
    assert f"The distances of {pairs:,} pairs of structures are left out" in "".join(page.text)
    assert "distances.parquet" not in page.links


def test_what_is_not_recorded_is_left_out_and_said(archives, home, tmp_path):
    # An archive of trained networks' accuracies: no learning curves, no MFLOPs, no wall time.
    search = vinarch.fetch("EvoVis", mirror=archives)
    done = vinarch.study(search, tmp_path / "out")
    page = Page()
    page.feed(done.index.read_text(encoding="utf-8"))
    said = "".join(page.text)
    assert "Learning curves are left out: no validation accuracy is known epoch by epoch." in said
    assert (
        "Pareto fronts are left out: of no network both MFLOPs and the validation accuracy" in said
    )
    assert "The archive has no training histories." in said
    drawn = {path.name.rpartition("_")[0] for path in (tmp_path / "out" / "figures").iterdir()}
    assert drawn == {"structures", "distance_map", "network", "subsequences", "search_order"}
    # Of a trained network no epoch is told: its accuracy is no mean over epochs.
    for words in ("over all epochs", "over epochs", "of the last epoch"):
        assert words not in said
    assert "The validation accuracy of the trained network is 69.01 % in the mean" in said
    order = vinarch.figures.search_order(search)
    assert order.caption.startswith("Validation accuracy of the 376 networks")
    assert set(order.data["measure"]) == {"val_accuracy_percent"}
    row = (int(done.chosen.start), done.chosen.subsequence)
    drawings = [
        vinarch.figures.subsequences(search),
        vinarch.figures.structures(search, None, *row),
        vinarch.figures.distance_map(search, None, *row),
    ]
    assert ["of the trained networks" in one.caption for one in drawings] == [True] * 3
    assert vinarch.figures.structures(drawings[1].data).caption == drawings[1].caption
    measures = set(done.statistics["measure"])
    assert measures == {"epochs_trained", "last_val_accuracy_percent"}


def test_where_parameters_are_the_cost_they_are_drawn(archives, home, tmp_path):
    cells = vinarch.fetch("NASBench101-records", mirror=archives)
    done = vinarch.study(cells, tmp_path / "out")
    page = Page()
    page.feed(done.index.read_text(encoding="utf-8"))
    said = "".join(page.text)
    assert 'vinarch.figures.pareto_front(commons, cost="parameter_count")' in said
    assert "against trainable parameters (minimised) of 90 networks" in said
    assert {"parameter_count", "last_test_accuracy_percent"} <= set(done.statistics["measure"])


def test_an_old_page_never_stands_beside_new_tables(one, tmp_path, monkeypatch):
    (tmp_path / "index.html").write_text("old")

    def interrupt(*_args, **_words):
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "write_distances", interrupt)
    with pytest.raises(KeyboardInterrupt):
        vinarch.study(one, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "replicated_structures.csv", "reproducibility.csv", "shared_starts.csv", "statistics.csv",
        "subsequences.csv", "training_noise.csv",
    ]  # fmt: skip


def test_what_killed_runs_left_is_swept_and_nothing_else(one, tmp_path, unpainted):
    (tmp_path / "figures").mkdir()
    left = [".index.html.12.tmp.html", ".distances.parquet.7.tmp.parquet",
            ".study.ipynb.1.tmp.ipynb", ".training_noise.csv.3.tmp.csv",
            "figures/.structures_double.pdf.99.part",
            "figures/.pareto_front_single.svg.5.part"]  # fmt: skip
    for name in (*left, ".mine.tmp", "figures/.hidden"):
        (tmp_path / name).write_text("x")
    (tmp_path / ".distances-abc").mkdir()
    (tmp_path / ".distances-abc" / "part.0.parquet").write_text("x")
    vinarch.study(one, tmp_path)
    hidden = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob(".*")}
    assert hidden == {".mine.tmp", "figures/.hidden"}


def test_home_is_understood(one, tmp_path, monkeypatch, unpainted):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert vinarch.study(one, "~/out").out == tmp_path / "out"
    write_frame(pd.DataFrame({"a": [1]}), "~/table.csv")
    assert (tmp_path / "table.csv").read_text() == "a\n1\n"
    with pytest.raises(StoreError, match="Write the path in full"):
        vinarch.study(one, "~nobody_of_this_name/out")


@pytest.mark.parametrize("limit", [0, 10**9])
def test_distances_are_the_same_in_batches_and_at_once(
    made, real_commons, tmp_path, monkeypatch, limit
):
    monkeypatch.setattr(tables, "_PAIRS_HELD", limit)
    monkeypatch.setattr(tables, "_BATCH", 2)
    out = tmp_path / "distances.parquet"
    overview = tables.write_distances(real_commons, "cityblock", out)
    expected = pd.read_parquet(made.out / "distances.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(out), expected)
    plain = expected.groupby("experiment")["distance"].agg(["size", "min", "mean", "max"])
    assert overview.set_index("experiment").to_numpy() == pytest.approx(plain.to_numpy())


def test_only_the_driver_writes_into_the_folder(one, tmp_path, monkeypatch):
    monkeypatch.setattr(dd.DataFrame, "to_parquet", None)
    out = tmp_path / "distances.parquet"
    tables.write_distances(one, "hamming", out)
    assert [path.name for path in tmp_path.iterdir()] == ["distances.parquet"]


def test_the_ending_is_checked_by_itself():
    check_ending("a/b.csv")
    check_ending(Path("b.parquet"))
    with pytest.raises(ParameterError, match=r"got 'b'\. The ending chooses the format"):
        check_ending("b")
