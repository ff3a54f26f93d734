from __future__ import annotations

import numpy as np
import pytest
from needs import torch_or_skip

torch = torch_or_skip()

from PIL import Image  # noqa: E402 - Pillow comes with the same extra

from vinarch.errors import ParameterError  # noqa: E402
from vinarch.training import data_from_images, load_data  # noqa: E402

pytestmark = pytest.mark.search


def draw(path, value, size=(3, 2), mode="L"):
    """Write an image of one value; size is width and height, as Pillow has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, value).save(path)


@pytest.fixture
def folder(tmp_path):
    """Ten dark cats and ten bright dogs."""
    root = tmp_path / "pets"
    for number in range(10):
        draw(root / "cat" / f"{number}.png", 10 * number)
        draw(root / "dog" / f"{number}.jpg", 255 - 10 * number)
    return root


def pixels(data, part):
    """The pixels of a part as they were before they were normalised, from 0 to 255."""
    x = getattr(data, part).x.double().numpy()
    shape = (1, -1, 1, 1)
    return (x * np.reshape(data.deviation, shape) + np.reshape(data.mean, shape)) * 255


def test_a_folder_a_class(folder):
    data = load_data(f"folder:{folder}", seed=4)
    assert data.name == "pets"
    assert data.class_names == ("cat", "dog")
    assert data.input_shape == (1, 2, 3)
    assert [len(part.y) for part in (data.train, data.validation, data.test)] == [12, 4, 4]
    found = np.concatenate([pixels(data, part) for part in ("train", "validation", "test")])
    values = found.mean(axis=(1, 2, 3))
    labels = torch.cat([data.train.y, data.validation.y, data.test.y]).numpy()
    expected = [10 * number for number in range(10)]
    assert sorted(values[labels == 0]) == pytest.approx(expected, abs=1e-3)
    # JPEG keeps such values to a few units.
    assert sorted(255 - values[labels == 1]) == pytest.approx(expected, abs=3)


def test_parts_that_are_given_stay_and_a_missing_one_is_a_fifth(folder, tmp_path):
    root = tmp_path / "parts"
    root.mkdir()
    folder.rename(root / "train")
    for name in ("cat", "dog"):
        draw(root / "test" / name / "a.png", 7)
    data = data_from_images(root)
    assert [len(part.y) for part in (data.train, data.validation, data.test)] == [16, 4, 2]
    assert pixels(data, "test").mean() == pytest.approx(7, abs=1e-3)
    for name in ("cat", "dog"):
        draw(root / "val" / name / "a.png", 9)
    data = data_from_images(root)
    assert [len(part.y) for part in (data.train, data.validation, data.test)] == [20, 2, 2]
    assert data.name == "parts"


def test_one_coloured_image_makes_all_coloured(folder):
    draw(folder / "cat" / "10.png", (255, 0, 0), mode="RGB")
    data = data_from_images(folder)
    assert data.input_shape == (3, 2, 3)
    red = [pixels(data, part) for part in ("train", "validation", "test")]
    red = np.concatenate(red)
    strange = red[np.abs(red[:, 0] - red[:, 1]).max(axis=(1, 2)) > 100]
    assert len(strange) == 1
    assert strange[0, :, 0, 0] == pytest.approx([255, 0, 0], abs=1e-3)


def test_images_of_other_sizes_are_refused_or_brought_to_one(folder):
    draw(folder / "dog" / "99.png", 200, size=(5, 4))
    with pytest.raises(ParameterError, match=r"99\.png: expected an image of 3 x 2 .* got 5 x 4"):
        data_from_images(folder)
    assert data_from_images(folder, image_size=(4, 6)).input_shape == (1, 4, 6)


def broken(path):
    path.write_bytes(b"nothing")


def cut(path):
    draw(path, 3, size=(64, 64))
    path.write_bytes(path.read_bytes()[:-20])


def deep(path):
    Image.fromarray(np.full((2, 3), 40_000, np.uint16)).save(path)


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("cat/bad.png", broken, r"cat/bad\.png: expected an image that can be read, got no image"),
        ("cat/cut.png", cut, r"cat/cut\.png: expected an image that can be read, got "),
        ("cat/readme.txt", broken, r"readme\.txt: expected an image: \.png, \.jpg, \.jpeg"),
        ("readme.txt", broken, r"readme\.txt: expected a folder of a class, got a file"),
        (
            "cat/deep.png",
            deep,
            r"deep\.png: expected an image of 8 bits a channel, got one of Pillow's mode I",
        ),
    ],
)
def test_the_message_names_the_file(folder, name, make, message):
    make(folder / name)
    with pytest.raises(ParameterError, match=message):
        data_from_images(folder)


def test_a_hidden_file_is_left_out(folder):
    (folder / "cat" / ".DS_Store").write_text("x")
    (folder / ".thumbnails").mkdir()
    assert data_from_images(folder).classes == 2


def test_folders_that_are_not_laid_out_so_are_refused(folder, tmp_path):
    with pytest.raises(ParameterError, match="expected a folder of images, got none"):
        data_from_images(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ParameterError, match=r"folders of images, one a class.* got no folder"):
        data_from_images(tmp_path / "empty")
    (folder / "train").mkdir()
    with pytest.raises(ParameterError, match=r"beside the folder train only val .* got cat"):
        data_from_images(folder)
    (folder / "train").rmdir()
    (folder / "emu").mkdir()
    with pytest.raises(ParameterError, match="from 0 to 2, got none of class emu"):
        data_from_images(folder)
    draw(folder / "emu" / "a.png", 3)
    with pytest.raises(ParameterError, match="got 1 of class emu"):
        data_from_images(folder)


@pytest.mark.parametrize("size", [8, (8,), (0, 8), ("8", 8)])
def test_a_size_that_is_none_is_refused(folder, size):
    with pytest.raises(ParameterError, match=r"image_size=…\): expected"):
        data_from_images(folder, image_size=size)


def test_what_is_no_folder_is_refused():
    with pytest.raises(ParameterError, match="a folder of images, got 5"):
        data_from_images(5)
