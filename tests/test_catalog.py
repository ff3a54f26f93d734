from __future__ import annotations

import hashlib
import pickle

import pytest

import vinarch
from vinarch.catalog import find_archive, load_catalog
from vinarch.errors import CardError, ParameterError, UnknownArchiveError

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


@pytest.mark.parametrize("name", [None, 5, b"JS9FR6", ["JS9FR6"]])
@pytest.mark.parametrize("function", [vinarch.fetch, vinarch.cite])
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
    with pytest.raises(UnknownArchiveError) as caught:
        find_archive("imagenet")
    assert str(caught.value) == (
        "archive 'imagenet': expected a name or DOI of the catalog (JS9FR6), got 'imagenet'. "
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
    assert frame["name"].tolist() == [archive.name for archive in load_catalog()] == ["JS9FR6"]
    assert frame.loc[0, "licence"] == "Apache-2.0 with LLVM exceptions"


def test_a_card_that_lacks_a_key_says_which(tmp_path, monkeypatch):
    from vinarch import catalog

    (tmp_path / "BROKEN.toml").write_text('name = "BROKEN"\n')
    monkeypatch.setattr(catalog, "cards_folder", lambda: tmp_path)
    with pytest.raises(CardError, match=r"data card BROKEN.toml: .* got KeyError: 'doi'"):
        load_catalog()
