from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

import vinarch
from vinarch.errors import ParameterError, SelectionError, StoreError
from vinarch.studies import write_frame

ROW = "1gpu_1e14_early_termination:0:10110110101010"


@pytest.fixture(scope="module")
def made(real_commons, tmp_path_factory):
    return vinarch.study(real_commons, tmp_path_factory.mktemp("study") / "out")


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
        for kind in ("subsequences", "structures", "distance_map")
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
        if tag in {"img", "script", "iframe"} or (tag == "link" and "href" in values):
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
    text = " ".join(page.text)
    (provenance,) = real_commons.provenance
    for word in ("10.7910/DVN/JS9FR6", "9.0", provenance.source, vinarch.__version__):
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
    assert not [path for path in tmp_path.rglob(".*")]


@pytest.mark.parametrize(
    ("select", "error", "message"),
    [
        ("x", ParameterError, "EXPERIMENT:START:BITS, got 'x'"),
        ("1gpu_1e14:0:10110", SelectionError, "Did you mean '1gpu_1e1[456]_"),
        ("4gpu_1e14_no_early_termination:0:10110", SelectionError, "got none"),
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
        assert now == before
