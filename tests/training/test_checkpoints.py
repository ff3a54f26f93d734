from __future__ import annotations

import json
import pickle
import signal
import struct
import subprocess
import sys
import time
from dataclasses import asdict

import pytest
from needs import torch_or_skip

torch = torch_or_skip()

from training_toys import history, recorder_of, statuses  # noqa: E402 - after the skip

from vinarch.building import build_network  # noqa: E402
from vinarch.errors import CheckpointError, StoreError  # noqa: E402
from vinarch.recording import Recorder  # noqa: E402
from vinarch.searching import Candidate  # noqa: E402
from vinarch.training import (  # noqa: E402
    Data,
    Part,
    Recipe,
    TrainingEvaluator,
    load_checkpoint,
    load_data,
)
from vinarch.training.keeping import CheckpointFolder  # noqa: E402
from vinarch.training.loop import measure  # noqa: E402

pytestmark = pytest.mark.search

EPOCHS = 5
GENOME = "c m k"


@pytest.fixture(scope="module")
def few():
    """A hundred digits to train on, so that an epoch takes no time."""
    digits = load_data("digits")
    parts = (digits.train, digits.validation, digits.test)
    small = [Part(part.x[:100], part.y[:100]) for part in parts]
    return Data("few digits", *small, 10, digits.mean, digits.deviation)


def evaluator_of(few, folder, **settings):
    return TrainingEvaluator(data=few, channels=4, batch_size=40, checkpoints=folder, **settings)


def train(recorder, evaluator, genome=GENOME, seed=7):
    network = recorder.start(genome, resume=evaluator.resumes)
    candidate = Candidate(network.number, recorder.space.parse(genome), 0)
    evaluator.train(network, candidate, seed)


def files_of(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def whole(tmp_path_factory, few):
    """A training that nothing interrupted, all its checkpoints kept: recorder, folder, history."""
    folder = tmp_path_factory.mktemp("whole")
    recorder = recorder_of(folder / "run", EPOCHS)
    train(recorder, evaluator_of(few, folder / "kept", keep="every"))
    return recorder, folder / "kept", history(recorder)


def checkpoint_of(folder, epochs):
    (found,) = folder.rglob(f"*-epochs-{epochs:04d}.safetensors")
    return found


def test_a_checkpoint_builds_its_network_from_its_header_alone(whole, few):
    recorder, folder, told = whole
    for epochs in (1, EPOCHS):
        module, about = load_checkpoint(checkpoint_of(folder, epochs))
        assert not module.training
        assert about.epochs == epochs
        found = measure(module, few.validation, 40)
        assert found.loss == told[epochs - 1][3]
        assert 100 * found.accuracy == told[epochs - 1][4]
        with torch.no_grad():
            scores = module.eval()(few.validation.x)
        loss = torch.nn.functional.cross_entropy(scores, few.validation.y).item()
        assert loss == pytest.approx(told[epochs - 1][3], rel=1e-5)
        right = (scores.argmax(dim=1) == few.validation.y).double().mean().item()
        assert 100 * right == pytest.approx(told[epochs - 1][4])
    assert about.genome == recorder.space.parse(GENOME)
    assert (about.seed, about.network, about.run) == (7, 0, "run")
    assert about.run_id == recorder.description.run_id
    assert (about.input_shape, about.classes, about.channels) == ((1, 8, 8), 10, 4)
    assert (about.mean, about.deviation) == (few.mean, few.deviation)
    assert about.data == "few digits"
    assert about.recipe == asdict(Recipe(batch_size=40))
    assert about.versions["torch"] == torch.__version__.split("+")[0] or (
        about.versions["torch"] == torch.__version__
    )


def test_the_header_is_text_that_any_reader_of_safetensors_can_read(whole):
    path = checkpoint_of(whole[1], 2)
    content = path.read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + size])["__metadata__"]
    assert header["format"] == "pt"
    assert header["vinarch_checkpoint"] == "1"
    assert (header["search_space"], header["epochs"], header["seed"]) == ("chain-layers", "2", "7")
    assert header["genome"] == "conv3x3-bn-relu,maxpool3x3,conv1x1-bn-relu"
    assert all(isinstance(value, str) for value in header.values())


def test_every_checkpoint_stays_or_only_the_last(whole, few, tmp_path):
    assert len(files_of(whole[1])) == EPOCHS
    recorder = recorder_of(tmp_path / "run", EPOCHS)
    train(recorder, evaluator_of(few, tmp_path / "kept"))
    assert files_of(tmp_path / "kept") == [f"network-00000-epochs-{EPOCHS:04d}.safetensors"]


class CutError(Exception):
    pass


class Cut(CheckpointFolder):
    """Is interrupted after some epochs: between checkpoint and record, or after both."""

    moment = ("save", 3)

    def save(self, epochs, module, optimizer):
        super().save(epochs, module, optimizer)
        if self.moment == ("save", epochs):
            raise CutError

    def recorded(self, epochs):
        if self.moment == ("record", epochs):
            raise CutError
        super().recorded(epochs)
        if self.moment == ("tidy", epochs):
            raise CutError


class CutEvaluator(TrainingEvaluator):
    moment = ("save", 3)

    def _keeper(self, *told):
        kept = super()._keeper(*told)
        cut = Cut(kept.folder, kept.about, kept.every)
        object.__setattr__(cut, "moment", self.moment)
        return cut


@pytest.mark.parametrize("keep", ["last", "every"])
@pytest.mark.parametrize("moment", ["save", "record", "tidy"])
@pytest.mark.parametrize("epochs", [1, 3, EPOCHS])
def test_an_interrupted_training_ends_as_one_that_was_not(
    tmp_path, few, whole, keep, moment, epochs
):
    settings = {"channels": 4, "batch_size": 40, "checkpoints": tmp_path / "kept", "keep": keep}
    evaluator = CutEvaluator(data=few, **settings)
    evaluator.moment = (moment, epochs)
    recorder = recorder_of(tmp_path / "run", EPOCHS)
    with pytest.raises(CutError):
        train(recorder, evaluator)
    recorder.start(GENOME).release()
    torch.rand(5)
    train(Recorder(tmp_path / "run"), evaluator_of(few, tmp_path / "kept", keep=keep))
    assert history(recorder) == whole[2]
    assert statuses(recorder) == ["ok"]
    assert len(files_of(tmp_path / "kept")) == (EPOCHS if keep == "every" else 1)
    one, _ = load_checkpoint(checkpoint_of(tmp_path / "kept", EPOCHS))
    other, _ = load_checkpoint(checkpoint_of(whole[1], EPOCHS))
    same = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    assert all(torch.equal(mine, wanted) for mine, wanted in same)


SCRIPT = """
import sys
from vinarch.recording import Recorder
from vinarch.searching import Candidate
from vinarch.training import TrainingEvaluator
folder = sys.argv[1]
recorder = Recorder(folder + "/run", space="chain-layers", epoch_budget=8)
evaluator = TrainingEvaluator(channels=4, checkpoints=folder + "/kept")
network = recorder.start("c m k", resume=evaluator.resumes)
evaluator.train(network, Candidate(0, recorder.space.parse("c m k"), 0), 7)
"""


def test_a_killed_training_goes_on_to_the_last_bit(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path)])
    events = tmp_path / "run" / "events"
    while not (events.is_dir() and sum(map(lines_of, events.glob("*.jsonl"))) >= 2):
        assert process.poll() is None
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    recorder = Recorder(tmp_path / "run")
    network = recorder.start(GENOME)
    done = network.epochs_done
    network.release()
    assert 2 <= done < 8
    train(recorder, TrainingEvaluator(channels=4, checkpoints=tmp_path / "kept"))
    other = recorder_of(tmp_path / "whole", 8)
    train(other, TrainingEvaluator(channels=4))
    assert history(recorder) == history(other)


def lines_of(path):
    return path.read_bytes().count(b"\n")


def test_a_training_without_checkpoints_starts_over(tmp_path, few, whole):
    evaluator = TrainingEvaluator(data=few, channels=4, batch_size=40)
    assert not evaluator.resumes
    recorder = recorder_of(tmp_path / "run", EPOCHS)
    with recorder.start(GENOME) as network:
        network.log(0, val_accuracy=0.5)
        network.release()
        network._ended = True
    train(recorder, evaluator)
    assert history(recorder) == whole[2]


def test_a_checkpoint_that_is_gone_is_told(tmp_path, few):
    recorder = recorder_of(tmp_path / "run", EPOCHS)
    network = recorder.start(GENOME)
    network.log(0, val_accuracy=0.5)
    network.release()
    with pytest.raises(CheckpointError, match=r"epochs-0001\.safetensors: expected a checkpoint"):
        train(recorder, evaluator_of(few, tmp_path / "kept"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch_size": 41}, r"recipe: expected .*'batch_size': 41.* got .*'batch_size': 40"),
        ({"channels": 5}, "channels: expected 5, as of this training, got 4"),
        ({"seed": 8}, "seed: expected 8, as of this training, got 7"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused(tmp_path, few, change, message):
    evaluator = CutEvaluator(data=few, channels=4, batch_size=40, checkpoints=tmp_path / "kept")
    recorder = recorder_of(tmp_path / "run", EPOCHS)
    with pytest.raises(CutError):
        train(recorder, evaluator)
    recorder.start(GENOME).release()
    settings = {"channels": 4, "batch_size": 40, **change}
    seed = settings.pop("seed", 7)
    other = TrainingEvaluator(data=few, checkpoints=tmp_path / "kept", **settings)
    with pytest.raises(CheckpointError, match=message):
        train(recorder, other, seed=seed)


def changed(path, target, **header):
    """Copy a checkpoint with another header."""
    content = path.read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    told = json.loads(content[8 : 8 + size])
    for name, value in header.items():
        if value is None:
            del told["__metadata__"][name]
        else:
            told["__metadata__"][name] = value
    text = json.dumps(told).encode()
    target.write_bytes(struct.pack("<Q", len(text)) + text + content[8 + size :])


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"vinarch_checkpoint": None}, "expected a checkpoint of vinarch, got other tensors"),
        ({"vinarch_checkpoint": "2"}, "expected a checkpoint of version 1, got version 2"),
        ({"genome": None}, "a header that tells how the network is built, got a damaged one"),
        ({"genome": "conv9x9"}, "got a damaged one .*conv9x9"),
        ({"search_space": "nowhere"}, "got a damaged one .*nowhere"),
        ({"classes": "many"}, "got a damaged one"),
        ({"channels": "5"}, "the weights of the network that its header tells of, got others"),
        ({"channels": "60000"}, "the weights of the network that its header tells of"),
        ({"channels": "0"}, "got a damaged one"),
        ({"input_shape": "3"}, "got a damaged one"),
        ({"input_shape": "[1, 8]"}, "got a damaged one"),
        ({"genome": "conv3x3-bn-relu"}, "got others: "),
        ({"recipe": "[" * 5000}, "got a damaged one"),
    ],
)
def test_a_changed_header_is_refused(tmp_path, whole, header, message):
    changed(checkpoint_of(whole[1], 1), tmp_path / "bad.safetensors", **header)
    with pytest.raises(CheckpointError, match=message):
        load_checkpoint(tmp_path / "bad.safetensors")


def test_a_file_that_is_no_checkpoint_is_refused_and_not_run(tmp_path, whole):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    (tmp_path / "pickle").write_bytes(pickle.dumps(Trap()))
    torch.save({"weights": torch.zeros(3)}, tmp_path / "torch")
    (tmp_path / "empty").write_bytes(b"")
    content = checkpoint_of(whole[1], 1).read_bytes()
    (tmp_path / "cut").write_bytes(content[:-9])
    (tmp_path / "huge").write_bytes(struct.pack("<Q", 2**62) + content[8:])
    (tmp_path / "folder").mkdir()
    for name in ("pickle", "torch", "empty", "cut", "huge", "folder", "none"):
        with pytest.raises(CheckpointError, match=f"{name}: expected a checkpoint in safetensors"):
            load_checkpoint(tmp_path / name)
    assert not (tmp_path / "sprung").exists()


def test_a_checkpoint_is_written_whole_or_not_at_all(tmp_path, few, whole):
    recorder = recorder_of(tmp_path / "run", EPOCHS)
    (tmp_path / "kept").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="expected a disk that takes a checkpoint"):
        train(recorder, evaluator_of(few, tmp_path / "kept"))
    (tmp_path / "kept").unlink()
    recorder.start(GENOME).release()
    train(recorder, evaluator_of(few, tmp_path / "kept"))
    # Nothing was on record: the epoch whose checkpoint could not be written is trained again.
    assert history(recorder) == whole[2]
    assert not [name for name in files_of(tmp_path / "kept") if name.startswith(".")]


def test_two_runs_share_a_folder(tmp_path, few):
    for name in ("one", "two"):
        train(recorder_of(tmp_path / name, 1), evaluator_of(few, tmp_path / "kept"))
    assert len(files_of(tmp_path / "kept")) == 2


def test_a_macro_network_is_built_again(tmp_path, few):
    recorder = Recorder(tmp_path / "run", space="nsga-net-macro-3x4", epoch_budget=1)
    genome = recorder.space.from_flat("100000111000011000000")
    evaluator = TrainingEvaluator(data=few, channels=[4, 6, 8], checkpoints=tmp_path / "kept")
    evaluator.train(recorder.start(genome), Candidate(0, genome, 0), 1)
    module, about = load_checkpoint(checkpoint_of(tmp_path / "kept", 1))
    assert about.genome == genome
    assert about.channels == (4, 6, 8)
    assert 100 * measure(module, few.validation, 128).accuracy == history(recorder)[0][4]
    fresh = build_network(genome, channels=(4, 6, 8))
    assert fresh.state_dict().keys() == module.state_dict().keys()


def test_what_is_no_path_is_refused():
    with pytest.raises(CheckpointError, match="a checkpoint in safetensors, got None"):
        load_checkpoint(None)
