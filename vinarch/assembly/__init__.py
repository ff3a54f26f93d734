"""Assemble an experiment: records in, its architectures, histories, remarks and rejects out.

What one row cannot tell is settled here: an unreadable genome rejects its architecture whole,
an architecture has one genome and one row an epoch, structures are numbered by first appearance.
Every source row comes out exactly once: as a history row, as what an architecture is known by, or
as a reject.
No Dask, no paths, no dialect.
"""

from vinarch.assembly.experiment import AssembledExperiment, ExperimentKey, assemble

__all__ = ["AssembledExperiment", "ExperimentKey", "assemble"]
