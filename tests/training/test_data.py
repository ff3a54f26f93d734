from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from needs import torch_or_skip

torch = torch_or_skip()

from vinarch.errors import ParameterError  # noqa: E402 - after the skip
from vinarch.training import data_from_arrays, load_data  # noqa: E402
from vinarch.training.splitting import split  # noqa: E402

pytestmark = pytest.mark.search

PARTS = ("train", "validation", "test")


def sizes_of(data):
    return [len(getattr(data, part).y) for part in PARTS]


def test_digits_are_three_one_and_one_fifths_normalised_by_the_first():
    data = load_data("digits", seed=3)
    assert sizes_of(data) == [1077, 360, 360]
    assert data.input_shape == (1, 8, 8)
    assert data.classes == 10
    assert data.train.x.dtype == torch.float32
    assert data.train.y.dtype == torch.int64
    assert float(data.train.x.double().mean()) == pytest.approx(0, abs=1e-6)
    assert float(data.train.x.double().std(correction=0)) == pytest.approx(1, abs=1e-6)
    # The others are normalised by the same two numbers, so they miss 0 and 1 by a little.
    assert 1e-4 < abs(float(data.test.x.mean())) < 0.1
    whole = torch.cat([getattr(data, part).x for part in PARTS])
    pixels = whole.double() * data.deviation[0] + data.mean[0]
    assert float(pixels.min()) == pytest.approx(0, abs=1e-6)
    assert float(pixels.max()) == pytest.approx(1, abs=1e-6)


def test_a_seed_fixes_the_split_and_another_one_changes_it():
    one, same, other = (load_data("digits", seed=seed) for seed in (1, 1, 2))
    assert torch.equal(one.test.x, same.test.x)
    assert not torch.equal(one.test.y, other.test.y)


def test_normalising_by_hand():
    # Pixels to train on 0, 2, 0, 2, so mean 1 and deviation 1.
    x = np.array([[[0, 2]], [[0, 2]]])
    data = data_from_arrays(x, [0, 1], validation=(x + 1, [0, 1]), test=(x * 2, [1, 0]))
    assert (data.mean, data.deviation) == ((1.0,), (1.0,))
    assert data.train.x.tolist() == [[[[-1, 1]]], [[[-1, 1]]]]
    assert data.validation.x.tolist() == [[[[0, 2]]], [[[0, 2]]]]
    assert data.test.x.tolist() == [[[[-1, 3]]], [[[-1, 3]]]]
    assert data.test.y.tolist() == [1, 0]


def test_channels_are_normalised_one_by_one_and_an_even_one_only_moved():
    x = np.zeros((4, 2, 1, 2))
    x[:, 0] = [[0, 4]]
    x[:, 1] = 7
    data = data_from_arrays(x, [0, 1] * 2, validation=(x, [0, 1] * 2), test=(x, [0, 1] * 2))
    assert data.mean == (2.0, 7.0)
    assert data.deviation == (2.0, 1.0)
    assert data.train.x[0].tolist() == [[[-1, 1]], [[0, 0]]]


@settings(max_examples=60)
@given(
    counts=st.lists(st.integers(5, 40), min_size=2, max_size=6),
    seed=st.integers(0, 2**32 - 1),
    held_out=st.integers(1, 2),
)
def test_a_split_has_each_image_once_and_each_class_in_every_part(counts, seed, held_out):
    y = np.repeat(np.arange(len(counts)), counts)
    y = np.random.default_rng(seed).permutation(y)
    parts = split("here", y, seed, held_out=held_out)
    assert len(parts) == 1 + held_out
    together = np.concatenate(parts)
    assert sorted(together) == list(range(len(y)))
    for kept in parts[1:]:
        found = np.bincount(y[kept], minlength=len(counts))
        # A fifth of each class, to the next whole image.
        assert all(
            count // 5 <= one <= -(-count // 5) for one, count in zip(found, counts, strict=True)
        )
    again = split("here", y, seed, held_out=held_out)
    assert all((one == two).all() for one, two in zip(parts, again, strict=True))


def test_a_part_that_is_given_stays_and_the_other_is_a_fifth():
    x = np.arange(80.0).reshape(20, 2, 2)
    y = [0, 1] * 10
    data = data_from_arrays(x, y, test=(x[:2], y[:2]))
    assert sizes_of(data) == [16, 4, 2]
    data = data_from_arrays(x, y, validation=(x[:2], y[:2]))
    assert sizes_of(data) == [16, 2, 4]


X = np.arange(80.0).reshape(20, 2, 2)
Y = np.array([0, 1] * 10)


@pytest.mark.parametrize(
    ("x", "y", "more", "message"),
    [
        (
            X.reshape(20, 4),
            Y,
            {},
            r"\(x\): expected shape \(n, h, w\) or \(n, c, h, w\), got shape \(20, 4\)",
        ),
        (X[:0], Y[:0], {}, r"got shape \(0, 2, 2\)"),
        (X * np.nan, Y, {}, r"\(x\): expected finite numbers, got NaN or infinity"),
        (X * 1e300, Y, {}, r"\(x\): expected finite numbers"),
        (X.astype(str), Y, {}, r"\(x\): expected numbers, got an array of <U"),
        (X, Y[:-1], {}, r"\(y\): expected 20 classes, one an image, got 19"),
        (X, Y + 0.5, {}, r"\(y\): .* whole numbers from 0, one an image, got 0\.5 at place 0"),
        (X, Y - 1, {}, r"got -1 at place 0"),
        (X, Y * np.nan, {}, r"got nan at place 0"),
        (X, ["a", "b"] * 10, {}, r"\(y\): .* got an array of <U1"),
        (X, Y[:, None], {}, r"shape \(20, 1\)"),
        (X, Y * 0, {}, r"two classes or more, got one"),
        (X, Y * 2, {}, r"every class from 0 to 2, got none of class 1"),
        (X, Y * 10**9, {}, r"got 1000000000 as the highest"),
        (X, np.r_[Y[:-4], 2, 2, 2, 2], {}, r"5 images of each class or more.* got 4 of class 2"),
        (X, Y, {"validation": X}, r"\(validation=…\): expected a pair \(x, y\)"),
        (
            X,
            Y,
            {"test": (X[:, :1], Y)},
            r"\(test=…\): .* \(1, 2, 2\), as those to train on, got \(1, 1, 2\)",
        ),
        (X, Y, {"test": (X[:1], Y[:1])}, r"\(test=…\): .* got none of class 1"),
        (X, Y, {"seed": -1}, r"seed=…\): expected a whole number from 0"),
    ],
)
def test_arrays_that_cannot_be_trained_on_are_refused(x, y, more, message):
    with pytest.raises(ParameterError, match=message):
        data_from_arrays(x, y, **more)


def test_arrays_come_from_a_file(tmp_path):
    np.savez(tmp_path / "mine.npz", x=X, y=Y, x_test=X[:4], y_test=Y[:4])
    data = load_data(f"arrays:{tmp_path / 'mine.npz'}")
    assert data.name == "mine"
    assert sizes_of(data) == [16, 4, 4]


def test_a_file_of_arrays_that_is_none_is_refused(tmp_path):
    for name, message in (("none", "No such file"), ("text", "expected a file of arrays")):
        path = tmp_path / f"{name}.npz"
        if name == "text":
            path.write_text("x")
        with pytest.raises(ParameterError, match=message):
            load_data(f"arrays:{path}")
    np.savez(tmp_path / "names.npz", images=X, y=Y)
    with pytest.raises(ParameterError, match="expected arrays x, y, got images, y"):
        load_data(f"arrays:{tmp_path / 'names.npz'}")
    np.savez(tmp_path / "half.npz", x=X, y=Y, x_test=X)
    with pytest.raises(
        ParameterError, match="expected arrays x, x_test, y, y_test, got x, x_test, y"
    ):
        load_data(f"arrays:{tmp_path / 'half.npz'}")


def test_a_pickle_in_a_file_of_arrays_is_not_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    np.savez(tmp_path / "trap.npz", x=X, y=np.array([Trap()] * 20, dtype=object))
    with pytest.raises(ParameterError, match="allow_pickle"):
        load_data(f"arrays:{tmp_path / 'trap.npz'}")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("source", ["digit", "folder", "folder:", "table:x", None])
def test_data_without_a_name_are_refused(source):
    with pytest.raises(ParameterError, match=r"load_data\(source\): expected 'digits', 'arrays"):
        load_data(source)


def test_an_image_size_is_for_folders():
    with pytest.raises(ParameterError, match=r"image_size=…\): expected None"):
        load_data("digits", image_size=(4, 4))


def test_a_class_that_is_no_number_is_told_with_its_place():
    with pytest.raises(ParameterError, match="got nan at place 1"):
        data_from_arrays(np.ones((10, 2, 2)), [0.0, np.nan] * 5)
    # Beyond int64; no warning of a cast either.
    with pytest.raises(ParameterError, match=r"got 1e\+300 at place 1"):
        data_from_arrays(np.ones((10, 2, 2)), [0.0, 1e300] * 5)


def test_a_tensor_that_is_differentiated_is_told():
    with pytest.raises(ParameterError, match=r"expected an array, got .*detach"):
        data_from_arrays(torch.ones(10, 2, 2, requires_grad=True), [0, 1] * 5)


def test_a_damaged_file_of_arrays_is_refused(tmp_path):
    path = tmp_path / "mine.npz"
    np.savez(path, x=np.ones((10, 2, 2)), y=[0, 1] * 5)
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[200] ^= 255
    for damaged in (b"", whole[:300], b"PK\x03\x04 no more", bytes(flipped)):
        path.write_bytes(damaged)
        with pytest.raises(ParameterError, match="a file of arrays"):
            load_data(f"arrays:{path}")
