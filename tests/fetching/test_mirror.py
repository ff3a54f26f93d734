from __future__ import annotations

import hashlib
import io
import json
import pickle
from pathlib import Path

import pytest
from dataverse_server import Reply

from vinarch.errors import ChecksumError, MirrorError, ParameterError, RefusedError
from vinarch.fetching.mirror import open_mirror

ONE = "icpp_training_results/1gpu/1gpu_1e14_training_data.csv"
TWO = "icpp_training_results/4gpu/4gpu_1e14_training_data.csv"
TIMES = "icpp_training_results/time_to_run.csv"


def bytes_of(source, file):
    target, steps = io.BytesIO(), []
    source.deliver(file, target, steps.append)
    assert sum(steps) == len(target.getvalue())
    return target.getvalue()


def test_a_folder_is_listed_sorted_and_only_tables_are_offered(make_mirror, session, archive):
    files = {TWO: b"22", ONE: b"1", TIMES: b"333", "models/1gpu/arch_0.z01": b"big"}
    mirror = open_mirror(str(make_mirror(files)), session)
    offers = mirror.list_files(archive)
    assert [(offer.path, offer.size_bytes) for offer in offers] == [(ONE, 1), (TWO, 2), (TIMES, 3)]
    assert [bytes_of(mirror, offer) for offer in offers] == [b"1", b"22", b"333"]


def test_hidden_files_are_skipped(make_mirror, session, archive):
    hidden = "icpp_training_results/.old/1gpu_training_data.csv"
    folder = make_mirror(
        {ONE: b"1", hidden: b"0", "icpp_training_results/._training_data.csv": b""}
    )
    assert [o.path for o in open_mirror(str(folder), session).list_files(archive)] == [ONE]


def test_links_are_followed_but_not_in_circles(make_mirror, session, archive, tmp_path):
    folder = make_mirror({ONE: b"1"})
    results = folder / "JS9FR6/icpp_training_results"
    (results / "1gpu/loop").symlink_to(results)
    (results / "broken_training_data.csv").symlink_to("nowhere")
    (tmp_path / "else.csv").write_bytes(b"elsewhere")
    (results / "linked_training_data.csv").symlink_to(tmp_path / "else.csv")
    (results / "twin").symlink_to(results / "1gpu")
    mirror = open_mirror(str(folder), session)
    offers = mirror.list_files(archive)
    assert [offer.path for offer in offers] == [
        ONE,
        "icpp_training_results/linked_training_data.csv",
        ONE.replace("/1gpu/", "/twin/"),
    ]
    assert bytes_of(mirror, offers[1]) == b"elsewhere"


@pytest.mark.parametrize("form", ["{}", "{}/", "{}/../mirror", "file://{}", "file://localhost{}/"])
def test_forms_of_one_folder_have_one_name(make_mirror, session, archive, form):
    folder = make_mirror({ONE: b"1"})
    mirror = open_mirror(form.format(folder), session)
    assert mirror.name == f"mirror: {folder}"
    assert len(mirror.list_files(archive)) == 1


def test_home_and_relative_and_quoted_forms(make_mirror, session, monkeypatch, tmp_path):
    make_mirror({ONE: b"1"}, name="my mirror")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    forms = ["~/my mirror", "my mirror", f"file://{tmp_path}/my%20mirror"]
    assert {open_mirror(form, session).name for form in forms} == {f"mirror: {tmp_path}/my mirror"}


def test_a_folder_that_does_not_exist_is_an_error(session, archive, tmp_path):
    mirror = open_mirror(str(tmp_path / "nowhere"), session)
    with pytest.raises(
        MirrorError, match=r"mirror: .*/nowhere: expected a folder, got no such folder\. Mend"
    ) as caught:
        mirror.list_files(archive)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_file_is_no_mirror(session, archive, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(MirrorError, match="expected a folder, got something else"):
        open_mirror(str(tmp_path / "file"), session).list_files(archive)


def test_a_folder_without_the_archive_or_its_tables_refuses(
    make_mirror, session, archive, tmp_path
):
    (tmp_path / "empty").mkdir()
    with pytest.raises(RefusedError, match="got no folder JS9FR6 in it"):
        open_mirror(str(tmp_path / "empty"), session).list_files(archive)
    folder = make_mirror({"readme.txt": b"x"})
    with pytest.raises(RefusedError, match="a folder JS9FR6 without a table"):
        open_mirror(str(folder), session).list_files(archive)


def test_a_name_with_a_backslash_is_refused(make_mirror, session, archive):
    folder = make_mirror({"icpp_training_results/a\\b_training_data.csv": b"x"})
    with pytest.raises(MirrorError, match="which has a backslash"):
        open_mirror(str(folder), session).list_files(archive)


def test_a_file_that_vanishes_is_the_mirrors_fault(make_mirror, session, archive):
    folder = make_mirror({ONE: b"1"})
    mirror = open_mirror(str(folder), session)
    (offer,) = mirror.list_files(archive)
    Path(offer.location).unlink()
    with pytest.raises(MirrorError, match="to be readable, got No such file or directory"):
        bytes_of(mirror, offer)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ftp://host/x",
        "s3://bucket",
        "https://host/x?token=1",
        "http://[::1",
        "file://host/x",
        "~no-such-user/x",
    ],
)
def test_texts_that_mean_no_mirror_are_errors(session, text):
    with pytest.raises(MirrorError, match=r"expected a folder, a file:// URL or an http\(s\) URL"):
        open_mirror(text, session)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://user:SECRET@host/x?token=SECRET", "'https://host/x' with a query or more"),
        ("https://user:SECRET@host/x#SECRET", "'https://host/x' with a query or more"),
        ("ftp://user:SECRET@host:21/x", "'ftp://host:21/x'"),
        ("file://user:SECRET@host/x", "'file://host/x'"),
        ("https://user:SE/CRET@host/x", "'https://…'"),
        ("https://user:SE?CRET@host/x", "'https://…' with a query or more"),
        ("https://user:1?SECRET@host/x", "'https://…' with a query or more"),
        ("https:/user:SECRET@host/x", "'…'"),
        ("user:SECRET@host/x", "'…'"),
        ("https://[user:SECRET@host/x", "'https://…'"),
    ],
)
def test_secrets_of_a_refused_url_are_not_shown(session, text, shown):
    with pytest.raises(MirrorError) as caught:
        open_mirror(text, session)
    assert caught.value.got == shown


def test_a_folder_may_be_named_with_an_at_sign(make_mirror, session, archive):
    folder = make_mirror({ONE: b"1"}, name="me@home")
    assert open_mirror(str(folder), session).name == f"mirror: {folder}"
    assert len(open_mirror(folder, session).list_files(archive)) == 1


@pytest.mark.parametrize("mirror", [5, b"/data", ["/data"], object()])
def test_what_is_no_text_is_no_mirror(session, mirror):
    with pytest.raises(
        ParameterError, match="mirror: expected a folder or a URL, as text"
    ) as caught:
        open_mirror(mirror, session)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def manifest_of(files, /, **changes):
    entries = [
        {"path": path, "size_bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        for path, body in files.items()
    ]
    return json.dumps({"archive": "JS9FR6", "version": "9.0", "files": entries} | changes).encode()


@pytest.fixture
def serve(file_server, session):
    def serve(files, manifest=None, *, below="/data"):
        file_server.files = {f"{below}/JS9FR6/{path}": body for path, body in files.items()}
        file_server.files[f"{below}/JS9FR6/manifest.json"] = manifest or manifest_of(files)
        return open_mirror(f"{file_server.url}{below}/", session)

    return serve


def test_a_manifest_is_listed_and_its_files_are_delivered(serve, archive, file_server):
    spaced = "icpp_training_results/a b#ü_training_data.csv"
    mirror = serve({TWO: b"22", ONE: b"1", "readme.txt": b"x", spaced: b"4444"})
    offers = mirror.list_files(archive)
    assert [(offer.path, offer.size_bytes) for offer in offers] == [(ONE, 1), (TWO, 2), (spaced, 4)]
    assert [bytes_of(mirror, offer) for offer in offers] == [b"1", b"22", b"4444"]
    assert offers[0].checksum.value == hashlib.sha256(b"1").hexdigest()
    assert mirror.name == f"mirror: {file_server.url}/data"


def test_a_user_name_in_the_url_is_not_told(session):
    assert open_mirror("https://me:word@host:8/x/", session).name == "mirror: https://host:8/x"


def test_no_manifest_refuses(file_server, session, archive):
    mirror = open_mirror(file_server.url, session)
    with pytest.raises(RefusedError, match=r"got status 404: no JS9FR6/manifest\.json"):
        mirror.list_files(archive)


def test_another_version_or_no_table_refuses(serve, archive):
    with pytest.raises(RefusedError, match=r"expected version 9\.0 of JS9FR6, got version 8\.0"):
        serve({}, manifest_of({ONE: b"1"}, version="8.0")).list_files(archive)
    with pytest.raises(RefusedError, match="got a manifest of 1 files, none of them a table"):
        serve({"readme.txt": b"x"}).list_files(archive)


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        (b"<html>", "an answer that is no JSON"),
        (b"[]", "TypeError"),
        (b'{"archive": "JS9FR6", "version": "9.0"}', "KeyError: 'files'"),
        (manifest_of({}, files=[{"path": ONE}]), "KeyError: 'size_bytes'"),
        (manifest_of({}, files=[{"path": 7, "size_bytes": 1, "sha256": ""}]), "path 7"),
        (
            manifest_of({}, files=[{"path": ONE, "size_bytes": -1, "sha256": ""}]),
            "size_bytes -1 of 'icpp",
        ),
        (
            manifest_of({}, files=[{"path": ONE, "size_bytes": True, "sha256": ""}]),
            "size_bytes True of 'icpp",
        ),
        (
            manifest_of({}, files=[{"path": ONE, "size_bytes": 1, "sha256": "abc"}]),
            "sha256 'abc' of 'icpp",
        ),
        (manifest_of({ONE: b"1"}, archive="ZXTCGF"), "to speak of JS9FR6, got 'ZXTCGF'"),
        (manifest_of({"../x.csv": b"1"}), r"'\.\./x\.csv', which has an empty part"),
        (manifest_of({"/x.csv": b"1"}), r"'/x\.csv', which has an absolute path"),
        (
            manifest_of({"icpp_training_results/../../x_training_data.csv": b"1"}),
            "which has an empty part",
        ),
        (
            manifest_of({}, files=json.loads(manifest_of({ONE: b"1"}))["files"] * 2),
            "each path once in JS9FR6/manifest.json, got 'icpp.*' twice",
        ),
    ],
)
def test_a_broken_manifest_is_an_error(serve, archive, manifest, reason):
    with pytest.raises(MirrorError, match=reason) as caught:
        serve({}, manifest).list_files(archive)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_mirror_that_answers_with_trouble_is_an_error(file_server, session, archive, status):
    file_server.queue("manifest", *[Reply(status)] * 4)
    with pytest.raises(MirrorError, match=f"expected JS9FR6/manifest.json, got status {status}"):
        open_mirror(file_server.url, session).list_files(archive)


def test_a_mirror_that_does_not_exist_is_an_error(file_server, session, archive):
    mirror = open_mirror("http://127.0.0.1:1", session)
    with pytest.raises(MirrorError, match=r"no connection to 127.0.0.1:1: Connection refused"):
        mirror.list_files(archive)
    with pytest.raises(MirrorError, match=r"host name of mirror.invalid is unknown"):
        open_mirror("http://mirror.invalid/", session).list_files(archive)


def test_a_promised_file_that_is_missing_is_an_error(serve, archive):
    mirror = serve({}, manifest_of({ONE: b"1"}))
    (offer,) = mirror.list_files(archive)
    with pytest.raises(MirrorError, match="which its manifest lists, got status 404"):
        bytes_of(mirror, offer)


def test_a_promised_file_of_another_size_is_wrong(serve, archive):
    mirror = serve({ONE: b"12345"}, manifest_of({ONE: b"1"}))
    (offer,) = mirror.list_files(archive)
    with pytest.raises(ChecksumError, match="expected 1 bytes, got 5 bytes"):
        bytes_of(mirror, offer)
