from __future__ import annotations

import hashlib
import os
import pickle
import re
import tarfile
from dataclasses import replace

import pytest
from click.testing import CliRunner

import vinarch
from vinarch.catalog import ListedFile, Setting, TableFiles, find_archive, finding, load_catalog
from vinarch.cli import commands
from vinarch.errors import CardError, ParameterError, UnknownArchiveError
from vinarch.fetching import fetch_archive

CARD = find_archive("JS9FR6")
FOLDER = "icpp_training_results"


@pytest.mark.parametrize(
    "name",
    [
        "JS9FR6",
        "js9fr6",
        " JS9FR6 ",
        "10.7910/DVN/JS9FR6",
        "doi:10.7910/dvn/js9fr6",
        "https://doi.org/10.7910/DVN/JS9FR6",
        "http://dx.doi.org/10.7910/DVN/JS9FR6/",
        "doi.org/10.7910/DVN/JS9FR6",
        "doi: 10.7910/DVN/JS9FR6",
        "DOI:10.7910/DVN/JS9FR6.",
        "<https://doi.org/10.7910/DVN/JS9FR6>",
        "https://dataverse.harvard.edu/dataset.xhtml?persistentId=doi:10.7910/DVN/JS9FR6",
        "https://dataverse.harvard.edu/dataset.xhtml?persistentId=doi:10.7910/DVN/JS9FR6&version=9.0",
        "https://host/dataset.xhtml?persistentId=doi%3A10.7910%2FDVN%2FJS9FR6#x",
        "JS9FR6/",
        "'JS9FR6'",
    ],
)
def test_an_archive_is_found_by_name_and_doi(name):
    assert find_archive(name) == CARD


@pytest.mark.parametrize(
    "name",
    [
        "JS9FR7",
        "JSFR6",
        "doi:10.7910/DVN/JS9FRG",
        "https://host/?persistentId=doi:10.7910/DVN/JS9FR/",
    ],
)
def test_an_unknown_archive_gets_near_names(name):
    with pytest.raises(UnknownArchiveError, match=r"Did you mean JS9FR6\?") as caught:
        vinarch.fetch(name)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("function", "name"),
    [
        *((vinarch.fetch, name) for name in (None, 5, b"JS9FR6", {"JS9FR6"})),
        *((vinarch.cite, name) for name in (None, 5, b"JS9FR6", ["JS9FR6"])),
    ],
)
def test_what_is_no_text_is_no_name(function, name):
    with pytest.raises(ParameterError, match="archive: expected a name or DOI as text") as caught:
        function(name)
    assert caught.value.got.startswith(repr(name))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize("name", ["", " ", "/", "\0"])
def test_an_empty_name_is_unknown(name):
    with pytest.raises(UnknownArchiveError):
        find_archive(name)


def test_a_wild_name_gets_the_list():
    names = ", ".join(archive.name for archive in load_catalog())
    with pytest.raises(UnknownArchiveError) as caught:
        find_archive("wildebeest")
    assert str(caught.value) == (
        f"archive 'wildebeest': expected a name or DOI of the catalog ({names}), got 'wildebeest'. "
        "`vinarch catalog` lists them all."
    )


@pytest.mark.parametrize(
    ("path", "experiment"),
    [
        ("1gpu/early_termination/1gpu_1e14_stopping_training_data.csv",
         "1gpu_1e14_early_termination"),
        ("1gpu/no_early_termination/1gpu_1e15_training_data.csv",
         "1gpu_1e15_no_early_termination"),
        ("1gpu/no_early_termination/1gpu_1e14_no_early_termination_training_data.csv",
         "1gpu_1e14_no_early_termination"),
        ("gpu4/early_termination/gpu4_1e16_early_termination_training_data.csv",
         "4gpu_1e16_early_termination"),
        ("4gpu/stopping/4gpu_1e15_stopping_training_data.csv",
         "4gpu_1e15_early_termination"),
        ("4gpu/no_stopping/4gpu_1e16_training_data.csv",
         "4gpu_1e16_no_early_termination"),
    ],
)  # fmt: skip
def test_both_naming_styles_give_the_experiment(path, experiment):
    path = f"{FOLDER}/{path}"
    assert CARD.role_of(path) == "histories"
    assert CARD.experiment_id(CARD.attributes_of(path)) == experiment


def test_the_files_of_the_real_archive_are_known(archives):
    files = {str(f.relative_to(archives / "JS9FR6")) for f in (archives / "JS9FR6").rglob("*.csv")}
    roles = [CARD.role_of(path) for path in sorted(files)]
    assert sorted(roles) == ["histories"] * 9 + ["wall_times"]
    (companion,) = CARD.companions
    assert {file.path for file in companion.files} == files
    for file in companion.files:
        data = (archives / "JS9FR6" / file.path).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file.size_bytes, file.sha256)


@pytest.mark.parametrize(
    "path",
    ["models/1gpu/gpu1_1e14.zip", "protein_dataset/1e14.zip.bz2", f"{FOLDER}/.DS_Store", "README"],
)
def test_other_files_are_no_tables(path):
    assert CARD.role_of(path) is None


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("1gpu/no_early_termination/1gpu_training_data.csv",
         r"exactly one value of beam \(1e14, 1e15, 1e16\), got none of them"),
        ("1gpu/no_early_termination/4gpu_1e14_training_data.csv",
         r"exactly one value of gpus \(1gpu, 4gpu\), got 1 and 4"),
        ("1gpu/no_early_termination/1gpu_1e14_stopping_training_data.csv",
         r"exactly one value of early_termination .*, got False and True"),
    ],
)  # fmt: skip
def test_a_path_that_does_not_say_which_experiment_is_refused(path, message):
    with pytest.raises(CardError, match=message):
        CARD.attributes_of(f"{FOLDER}/{path}")


def test_the_citation_names_all_that_a_reader_needs():
    cited = vinarch.cite("JS9FR6")
    for text in (cited.text, cited.bibtex):
        for word in (
            "Channing",
            "Patel",
            "Taufer",
            "2023",
            "9.0",
            "10.7910/DVN/JS9FR6",
            CARD.title,
        ):
            assert word in text
    assert cited.bibtex.count("{") == cited.bibtex.count("}")
    assert str(cited) == f"{cited.text}\n\n{cited.bibtex}"


def test_the_catalog_is_listed_as_a_small_frame():
    frame = vinarch.archives()
    assert frame["name"].tolist() == [archive.name for archive in load_catalog()]
    assert frame.set_index("name").loc["JS9FR6", "licence"] == "Apache-2.0 with LLVM exceptions"


SMALL = """
name = "SMALL"
title = "Strings & accuracies"
authors = ["Doe, Jane Ann", "somelab"]
year = 2020
publisher = "GitHub"
licence = "MIT"
description = "Three networks."
version = "0123456789012345678901234567890123456789"
url = "https://example.org/0123456789012345678901234567890123456789"
search_space = "nsga-net-macro-3x4"
dialect = "columns"
experiment = "search"

[[tables]]
role = "histories"
globs = ["*.csv"]
"""


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    folder = tmp_path / "own cards"
    folder.mkdir()
    monkeypatch.setenv("VINARCH_CATALOG", str(folder))
    return folder


@pytest.fixture
def own_card(own_folder):
    """Write an own card and return the archive that is read from it."""

    def own_card(text, name="SMALL"):
        (own_folder / f"{name}.toml").write_text(text)
        return find_archive(name)

    return own_card


def test_what_a_small_card_leaves_out_has_its_default(own_card):
    card = own_card(SMALL)
    assert (card.doi, card.paper, card.preparation) == ("", "", "")
    assert (card.attributes, card.companions, card.objectives) == ((), (), ())
    assert card.setting_of({}) == Setting("nsga-net-macro-3x4", epoch_step=1, first_epoch=0)
    assert card.experiment_id(card.attributes_of("a.csv")) == "search"
    table = card.table_of("a/b.csv")
    assert table == TableFiles("histories", ("*.csv",))
    assert (table.experiment, table.dialect, table.columns) == (None, None, {})
    assert pickle.loads(pickle.dumps(card)) == card
    assert hash(card) == hash(find_archive("SMALL"))


def test_an_archive_without_a_doi_is_cited_by_its_address(own_card):
    cited = own_card(SMALL).citation()
    url = "https://example.org/0123456789012345678901234567890123456789"
    assert cited.text == (
        "Doe, J. A., & somelab (2020). Strings & accuracies "
        f"(Version 0123456789012345678901234567890123456789) [Data set]. GitHub. {url}"
    )
    assert cited.bibtex == (
        "@misc{doe2020small,\n"
        "  author = {Doe, Jane Ann and {somelab}},\n"
        "  title = {{Strings \\& accuracies}},\n"
        "  year = {2020},\n"
        "  version = {0123456789012345678901234567890123456789},\n"
        "  publisher = {GitHub},\n"
        f"  url = {{{url}}}\n}}"
    )
    assert vinarch.cite(url.upper()) == vinarch.cite("small") == cited


EVERY_KEY = (
    SMALL.replace(
        "[[tables]]",
        """
paper = "A paper"
preparation = "Load it and write it as CSV."
strategy = "random search"
task_data = "set {data}"
hardware = "GPUs: {gpus}"
protocol = "cutout {cutout}"
objectives = ["max val_accuracy_percent", "min mflops"]
epoch_budget = 12.5
first_epoch = 1
epoch_step = 0

[[attributes]]
name = "gpus"
rules = [{ pattern = "g1", value = 1, label = "one" }, { pattern = "g2", value = 2, label = "two" }]

[[tables]]""",
    ).replace('experiment = "search"', 'experiment = "{gpus}_gpu"')
    + """
attributes = { data = "CIFAR-10", cutout = true }

[[tables]]
role = "histories"
globs = ["*.csv", "*.json"]
experiment = "test-{data}"
dialect = "other"
[tables.columns]
native_id = "arch"
[[tables.columns.measurements]]
measure = "energy"
[tables.attributes]
data = "ImageNet"
cutout = false
[tables.setting]
epoch_budget = 200
epoch_step = 0.5
search_space = "nas-bench-201"
protocol = "plain"

[[tables]]
role = "genomes"
globs = ["side.json"]

[[companions]]
name = "one by one"
url = "https://example.org/files/"
files = [{ path = "g1.csv" }, { path = "a.csv", size_bytes = 3 }]

[[companions]]
name = "the repository"
kind = "github-tarball"
url = "https://github.com/somelab/some.results"
commit = "0123456789012345678901234567890123456789"
folder = "/data/tables/"
"""
)


def test_every_key_is_read(own_card):
    card = own_card(EVERY_KEY)
    assert (card.paper, card.preparation) == ("A paper", "Load it and write it as CSV.")
    first, second, _ = card.tables
    assert card.tables_of("x/g1.csv") == (first, second)
    assert card.tables_of("x/g1.json") == (second,)
    assert [card.role_of(p) for p in ("side.json", "x.txt")] == ["histories", None]
    values = card.attributes_of("x/g1.csv", first)
    assert values == {"gpus": 1, "data": "CIFAR-10", "cutout": True}
    assert card.experiment_id(values, first) == "one_gpu"
    setting = card.setting_of(values, first)
    assert setting == Setting(
        "nsga-net-macro-3x4", "random search", "set CIFAR-10", "GPUs: 1", "cutout true",
        ("max val_accuracy_percent", "min mflops"), 12.5, 1, None,
    )  # fmt: skip
    values = card.attributes_of("x/g2.csv", second)
    assert card.experiment_id(values, second) == "test-ImageNet"
    assert card.setting_of(values, second) == replace(
        setting, search_space="nas-bench-201", task_data="set ImageNet", hardware="GPUs: 2",
        protocol="plain", epoch_budget=200, epoch_step=0.5,
    )  # fmt: skip
    assert (second.dialect, second.columns["native_id"]) == ("other", "arch")
    assert second.columns["measurements"] == [{"measure": "energy"}]
    files, tarball = card.companions
    assert files.files == (ListedFile("a.csv", 3, None), ListedFile("g1.csv", None, None))
    commit = "0123456789012345678901234567890123456789"
    assert tarball.url == f"https://codeload.github.com/somelab/some.results/tar.gz/{commit}"
    assert (tarball.folder, tarball.files) == ("data/tables", ())


COMMIT_LINE = 'commit = "0123456789012345678901234567890123456789"'


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "Strings & accuracies"\n', "",
         r"expected the key title \(text\), got none\. Mend the data card"),
        ('paper = "A paper"', 'papr = "A paper"', r"got 'papr'\. Did you mean paper\?"),
        ("year = 2020", 'year = "2020"', r"key year: expected a whole number, .* got '2020'"),
        ("year = 2020", "year = true", r"key year: expected a whole number, .* got True"),
        ("year = 2020", "year = ", r"expected TOML, got Invalid value \(at line 5, "),
        ('authors = ["Doe, Jane Ann", "somelab"]', 'authors = "Doe"', "a list of text, not empty"),
        ('name = "SMALL"', 'name = "../x"', r"key name: .* got '\.\./x'"),
        ('name = "SMALL"', 'name = "all"', r"key name: .* not all, got 'all'"),
        ('url = "https://example.org/0', 'doi = "https://doi.org/0', r"key doi: .* 10\.7910"),
        ('url = "https://example.org/0', 'url = "ftp://example.org/0', r"key url: .* http"),
        ("epoch_budget = 12.5", "epoch_budget = 0", "epoch_budget: expected a number above zero"),
        ("epoch_budget = 12.5", "epoch_budget = nan", "epoch_budget: expected a number above zero"),
        ("epoch_budget = 200", "epoch_budget = -1",
         r"\[\[tables\]\] number 2, setting, key epoch_budget: .* got -1"),
        ('protocol = "plain"', 'protocoll = "plain"', r"number 2, setting: .* mean protocol\?"),
        ('"min mflops"]', '"minimise mflops"]', "objectives: .* got 'minimise mflops'"),
        ('task_data = "set {data}"', 'task_data = "set {dat}"',
         r"task_data: expected attributes among \{cutout\}, \{data\}, \{gpus\}, got \{dat\}"),
        ('"test-{data}"', '"test-{data!r}"', r"experiment: .* \(no format is understood here\)"),
        ('"test-{data}"', '"test-{data"', "experiment: .* got 'test-{data'"),
        ('role = "genomes"', 'role = "genes"',
         r"\[\[tables\]\] number 3, key role: expected histories or .* or lineage, got 'genes'"),
        ('globs = ["side.json"]', 'glob = ["side.json"]', r"Did you mean globs\?"),
        ('data = "ImageNet"', 'data = ["ImageNet"]', r"key data: .* got \['ImageNet'\]"),
        ('pattern = "g1"', 'pattern = "("', r"rule 1, key pattern: expected a regular expression"),
        ("value = 1,", "", r"rule 1: expected the key value"),
        ('kind = "github-tarball"', 'kind = "tarball"', "expected files or github-tarball"),
        (COMMIT_LINE, "", "companions.. number 2, key commit: expected a commit of 40"),
        (COMMIT_LINE, 'commit = "main"', "key commit: expected a commit of 40 .* got 'main'"),
        ("https://github.com/somelab/some.results", "https://example.org/x.tar.gz",
         r"key url: expected an address with the commit in it"),
        ('files = [{ path = "g1.csv" }, { path = "a.csv", size_bytes = 3 }]', "",
         "companions.. number 1: expected the key files with at least one file"),
        ("size_bytes = 3", "size_bytes = -3", "number 1, file 2, key size_bytes: .* got -3"),
        ("size_bytes = 3", 'sha256 = "ABC"', "file 2, key sha256: expected 64 lower-case"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_card_is_named_with_its_place(own_card, own_folder, old, new, message):
    assert old in EVERY_KEY
    with pytest.raises(CardError, match=message) as caught:
        own_card(EVERY_KEY.replace(old, new, 1))
    assert caught.value.where.startswith(f"data card {own_folder / 'SMALL.toml'}")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_neither_doi_nor_address_is_refused(own_card):
    lines = [line for line in SMALL.splitlines() if not line.startswith("url")]
    with pytest.raises(CardError, match="expected the key doi, or url where there is no DOI"):
        own_card("\n".join(lines))


def test_own_cards_stand_beside_the_catalogs(own_folder, tmp_path, monkeypatch):
    more = tmp_path / "more"
    more.mkdir()
    monkeypatch.setenv("VINARCH_CATALOG", f"{own_folder}{os.pathsep}{os.pathsep} {more} ")
    before = [archive.name for archive in load_catalog()]
    (own_folder / "SMALL.toml").write_text(SMALL)
    (more / "other name.toml").write_text(SMALL.replace("SMALL", "Smaller"))
    (more / "notes.txt").write_text("no card")
    assert [a.name for a in load_catalog()] == sorted([*before, "SMALL", "Smaller"])
    assert find_archive("smaller").name == "Smaller"
    assert {"SMALL", "JS9FR6"} <= set(vinarch.archives()["name"])


def test_a_broken_own_card_is_told_only_where_it_is_asked_for(own_folder):
    (own_folder / "BAD.toml").write_text("name = ")
    (own_folder / "WORSE.toml").write_bytes(b"\xff\xfe\x00")
    assert find_archive("JS9FR6") == CARD
    assert "BAD" not in {archive.name for archive in load_catalog()}
    with pytest.raises(CardError, match=r"own cards/BAD.toml: expected TOML, got Invalid value"):
        vinarch.fetch("bad")
    with pytest.raises(CardError, match=r"own cards/WORSE.toml: expected a file of UTF-8 text"):
        find_archive("WORSE")
    with pytest.raises(UnknownArchiveError, match="2 own cards or folders of VINARCH_CATALOG"):
        find_archive("wildebeest")
    listed = CliRunner().invoke(commands, ["catalog"])
    assert listed.exit_code == 0
    assert "JS9FR6" in listed.stdout
    assert listed.stderr.count("own card left out: data card") == 2


@pytest.mark.parametrize("name", ["JS9FR6", "js9fr6"])
def test_a_name_that_two_cards_bear_is_an_error_that_names_both(own_folder, name):
    (own_folder / "mine.toml").write_text(SMALL.replace("SMALL", name))
    with pytest.raises(CardError, match=r"one data card of this name, got JS9FR6\.toml and .*mine"):
        find_archive("JS9FR6")
    (own_folder / "SMALL.toml").write_text(SMALL)
    assert find_archive("SMALL").name == "SMALL"


def test_a_doi_that_two_cards_bear_needs_the_name(own_folder):
    text = SMALL.replace("url =", 'doi = "10.7910/DVN/JS9FR6"\nurl =')
    (own_folder / "SMALL.toml").write_text(text)
    with pytest.raises(CardError, match=r"got JS9FR6 and SMALL\. Name the one that you mean"):
        find_archive("10.7910/DVN/JS9FR6")
    assert find_archive("SMALL").doi == "10.7910/DVN/JS9FR6"


def test_a_folder_of_cards_that_is_not_there_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("VINARCH_CATALOG", f"{tmp_path / 'nowhere'}{os.pathsep}~nobody-at-all/x")
    assert find_archive("JS9FR6") == CARD
    listed = CliRunner().invoke(commands, ["catalog"])
    assert f"{tmp_path / 'nowhere'}: No such file or directory" in listed.stderr
    assert "~nobody-at-all/x: No such file" in listed.stderr


def test_the_command_line_describes_an_archive_without_a_doi(own_card):
    own_card(EVERY_KEY)
    told = CliRunner().invoke(commands, ["catalog", "small"]).output
    for line in ("doi:          none", "address:      https://example.org/0", "preparation:  Load"):
        assert line in told
    listed = CliRunner().invoke(commands, ["catalog"]).output
    assert re.search(r"\nSMALL +01234567 +Strings & accuracies\n +https://example", listed)
    assert "@misc{doe2020small," in CliRunner().invoke(commands, ["cite", "SMALL"]).output


def test_a_broken_card_of_the_catalog_itself_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "BROKEN.toml").write_text('name = "BROKEN"\n')
    monkeypatch.setattr(finding, "cards_folder", lambda: tmp_path)
    with pytest.raises(CardError, match=r"data card BROKEN.toml: expected the key title"):
        load_catalog()


def test_js9fr6_tells_its_setting():
    values = {"gpus": 4, "beam": "1e15", "early_termination": False}
    assert CARD.setting_of(values) == Setting(
        "nsga-net-macro-3x4",
        "NSGA-Net",
        "XFEL diffraction, beam 1e15",
        "GPUs: 4",
        "Early termination by the prediction engine PENGUIN: false",
        ("max val_accuracy_percent", "min mflops"),
        25,
        0,
        1,
    )


EVERY = pytest.mark.parametrize("card", load_catalog(), ids=lambda card: card.name)


@EVERY
def test_every_archive_has_a_pinned_place_or_says_how_its_tables_are_made(card):
    places = [card.doi, card.preparation, *card.companions]
    assert any(places)
    for companion in card.companions:
        if companion.kind == "shipped":
            assert companion.files
            assert all(file.sha256 and file.size_bytes for file in companion.files)
        else:
            assert len(companion.commit) == 40
            assert companion.commit in companion.url
            assert companion.url.startswith("https://")
        assert all(card.role_of(file.path) for file in companion.files)
    if not card.doi and not card.shipped:
        assert card.version in card.url


@EVERY
def test_every_archive_is_fetched_from_a_mirror(card, archives, tmp_path):
    if not (archives / card.name).is_dir():
        pytest.skip(f"{card.name} is not among the archives")
    holding = fetch_archive(card, tmp_path, mirror=archives).confirm()
    given = {file.path for file in holding.provenance.files}
    top = archives / card.name
    assert given == {p.relative_to(top).as_posix() for p in top.rglob("*") if p.is_file()}


@EVERY
def test_listed_files_are_the_published_ones(card, archives):
    """Held against the archives here: the file in its folder or out of it, or in a packed one."""
    if card.shipped:
        pytest.skip(f"{card.name} ships with vinarch")
    top = archives / card.name
    members = {}
    for path in top.glob("*.tar.gz"):
        with tarfile.open(path) as tar:
            for info in tar.getmembers():
                if info.isfile():
                    members[info.name.partition("/")[2]] = tar.extractfile(info).read()
    seen = 0
    for file in (file for companion in card.companions for file in companion.files):
        here = [top / file.path, top / file.path.rpartition("/")[2]]
        local = next((path for path in here if path.is_file()), None)
        body = members.get(file.path) if local is None else local.read_bytes()
        if body is not None:
            seen += 1
            assert file.size_bytes in {None, len(body)}
            assert file.sha256 in {None, hashlib.sha256(body).hexdigest()}
    assert seen or not any(companion.files for companion in card.companions)
