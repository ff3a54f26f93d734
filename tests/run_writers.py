"""What the tests of the recorder run in processes of their own."""

from __future__ import annotations

import itertools
import os
import random
import resource
import time

from vinarch.errors import RecordingError, StoreError
from vinarch.recording import Recorder
from vinarch.recording.desk import desk_of

GENOMES = [
    f"{one} {two} {three} {four}" for one in "cmk" for two in "cmk" for three in "cmk"
    for four in "cm"
]  # fmt: skip
EPOCHS = 8


def train_all(folder, said, enough, seed):
    """Train round after round of all genomes until the file `enough` is there.

    Note on `said` what log() returned from.
    """
    chance = random.Random(seed)
    recorder = Recorder(folder)
    notes = os.open(said, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    for repeat in itertools.count():
        with desk_of(recorder.folder).ledger() as ledger:
            begun = max((entry.started.repeat for entry in ledger.entries), default=-1)
        if repeat > begun and enough.exists():
            return
        left = True
        while left:
            genomes = chance.sample(GENOMES, len(GENOMES))
            trained = [_train(recorder, genome, repeat, notes, chance) for genome in genomes]
            left = not all(trained)


def _train(recorder, genome, repeat, notes, chance):
    """Train a network; tell whether nobody else does."""
    try:
        network = recorder.start(genome, repeat=repeat)
    except RecordingError:
        return False
    for epoch in network.epochs():
        time.sleep(chance.uniform(0, 0.004))
        value = chance.uniform(0, 100)
        network.log(epoch, val_accuracy_percent=value, note="x" * chance.randint(0, 1000))
        os.write(notes, f"{network.number} {epoch} {value!r}\n".encode())
    if not network.finished:
        network.finish()
    return True


def fill_a_small_disk(folder, answers):
    """Log until no file may grow, then go on with more room."""
    recorder = Recorder(folder)
    network = recorder.start("c m c")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    told = []
    epoch = 0
    while not told:
        try:
            network.log(epoch, val_accuracy=0.5, note="x" * 100)
            epoch += 1
        except StoreError as error:
            told.append(str(error))
    try:
        network.log(epoch, val_accuracy=0.5)
    except StoreError as error:
        told.append(str(error))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    network.log(epoch, val_accuracy=0.5)
    answers.put((epoch, told))


def start_without_rights(allowed, folder, answers):
    """Record into a folder that this process may not write to."""
    # What is imported late would be out of reach then.
    Recorder(allowed, space="chain-layers")
    if os.geteuid() == 0:
        os.setuid(65534)
    try:
        Recorder(folder, space="chain-layers")
    except StoreError as error:
        answers.put(str(error))


def log_what_is_handed_over(network, answers):
    """Train a network that another process started."""
    done = network.epochs_done
    for epoch in network.epochs():
        network.log(epoch, val_accuracy=0.5)
    network.finish()
    answers.put((done, network.epochs_done))


def hold(recorder, genome, answers):
    """Hold a network until killed."""
    network = recorder.start(genome)
    network.log(0, val_accuracy=0.25)
    answers.put(os.getpid())
    time.sleep(60)


def use_after_fork(network, answers):
    """Use a network that came by a fork and not by a pickle."""
    try:
        network.log(1, val_accuracy=0.5)
    except RecordingError as error:
        answers.put(str(error))
