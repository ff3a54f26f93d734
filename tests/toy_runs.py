"""Recorded runs of searches that are worked by hand."""

from __future__ import annotations

import vinarch

GENOMES = ("c", "m", "k", "c m", "c k", "m c")
OBJECTIVES = ["max val_accuracy_percent", "min mflops"]


def record(folder, networks, *, seed=0, strategy="toy", **about):
    """Record networks of (accuracies, seconds, mflops); a search that fails one has None last."""
    terms = {"objectives": OBJECTIVES, "epoch_budget": 5, "attributes": {"seed": seed}} | about
    recorder = vinarch.Recorder(folder, space="chain-layers", strategy=strategy, **terms)
    for genome, (accuracies, seconds, mflops, *failed) in zip(GENOMES, networks, strict=False):
        network = recorder.start(genome, mflops=mflops)
        for epoch, accuracy in enumerate(accuracies):
            network.log(epoch, val_accuracy_percent=accuracy, epoch_time_seconds=seconds)
        if failed:
            network.fail("diverged")
        else:
            network.finish()
    return vinarch.open(folder)


FOUR = [
    ([55.0, 60.0], 1.0, 4.0),
    ([90.0], 2.0, 1.0, "failed"),
    ([70.0, 70.0], 3.0, 6.0),
    ([65.0, 65.0], 1.0, 2.0),
]
"""Four networks of 2, 1, 2 and 2 epochs; the second fails after its first, best epoch.

Up to 50 % and 10 MFLOPs the first has 10 by 6, the third adds 10 by 4, and the last makes it
15 by 8 and 5 by 4.
"""
