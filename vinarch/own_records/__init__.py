"""A user's own records: a frame in memory in, a commons with it out.

The frame is kept as a Parquet file beside the commons and read by the dialect `columns`, as the
tables of an archive with a data card are.
"""

from vinarch.own_records.ingesting import ingest

__all__ = ["ingest"]
