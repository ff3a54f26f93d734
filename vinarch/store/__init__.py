"""The commons on disk: the only module that knows Parquet paths, partitions and format versions.

A commons is a folder of immutable snapshots and one pointer file::

    commons/
      commons.json                        format version, current snapshot
      snapshots/000001/
        records/JS9FR6.json               what was ingested, from where
        histories/archive=JS9FR6/part-00000.parquet
        …

A new snapshot is written beside the old one, which it shares unchanged files with by hard links,
and becomes visible by replacing the pointer: a reader sees the old commons or the new one, and an
interrupted writer leaves the old one as it was.
"""

from vinarch.store.drafts import ROW_GROUP_ROWS, Draft, drafting, write_part
from vinarch.store.holds import held
from vinarch.store.migrating import open_snapshot
from vinarch.store.narrowing import (
    NETWORK,
    KeptPiece,
    Known,
    kept_pieces,
    kept_row_counts,
    matching_networks,
    read_kept,
)
from vinarch.store.snapshots import (
    ArchiveRecord,
    Piece,
    Snapshot,
    has_commons,
    read_piece,
)

__all__ = [
    "NETWORK",
    "ROW_GROUP_ROWS",
    "ArchiveRecord",
    "Draft",
    "KeptPiece",
    "Known",
    "Piece",
    "Snapshot",
    "drafting",
    "has_commons",
    "held",
    "kept_pieces",
    "kept_row_counts",
    "matching_networks",
    "open_snapshot",
    "read_kept",
    "read_piece",
    "write_part",
]
