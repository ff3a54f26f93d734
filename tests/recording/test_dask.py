from __future__ import annotations

import os

import vinarch

GENOMES = ["c", "m", "k", "c m", "c k", "m c", "m k", "k c"]


def start_and_train(recorder, genome):
    with recorder.start(genome) as network:
        for epoch in network.epochs():
            network.log(epoch, val_accuracy=0.5 + 0.1 * epoch)
    return network.number, os.getpid()


def train(network):
    for epoch in network.epochs():
        network.log(epoch, val_accuracy=0.5 + 0.1 * epoch)
    network.finish(test_accuracy=0.5)
    return os.getpid()


def test_workers_record_into_one_run(recorder, folder, cluster):
    futures = cluster.map(start_and_train, [recorder] * len(GENOMES), GENOMES)
    numbers, pids = zip(*cluster.gather(futures), strict=True)
    assert sorted(numbers) == list(range(len(GENOMES)))
    assert os.getpid() not in pids
    found = vinarch.open(folder).architectures.compute()
    assert sorted(found["genome"]) == sorted(GENOMES)
    assert set(found["status"]) == {"ok"}
    assert len(list((folder / "events").iterdir())) == len(set(pids))


def test_networks_are_started_in_order_and_trained_by_workers(recorder, folder, cluster):
    networks = [recorder.start(genome, generation=0) for genome in GENOMES]
    pids = cluster.gather(cluster.map(train, networks))
    assert os.getpid() not in pids
    found = vinarch.open(folder).architectures.compute()
    assert found["genome"].tolist() == GENOMES
    assert found["search_order"].tolist() == list(range(len(GENOMES)))
    assert set(found["status"]) == {"ok"}
    assert set(found["last_test_accuracy_percent"]) == {50.0}
    assert all(recorder.start(genome).finished for genome in GENOMES)
