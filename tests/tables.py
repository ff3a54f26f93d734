"""Tables in the form of the A4NN deposit, written by hand, and what ingests and checks them."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import replace
from pathlib import Path

from vinarch.catalog import find_archive
from vinarch.dialects.rows import SourceFile
from vinarch.genome import MacroSpace
from vinarch.ingestion import ingest
from vinarch.progress import LogProgress
from vinarch.provenance import FetchedFile, Provenance, sha256_of

SPACE = MacroSpace((4, 4, 4))

COLUMNS_13 = (
    *("epoch", "train_accs", "val_accs", "epoch_times", "predictions", "converged", "params"),
    *("function", "penguin_times", "genome", "architecture", "flops", "arch"),
)
COLUMNS_10 = (
    *("epoch", "train_accs", "val_accs", "epoch_times", "predictions", "converged"),
    *("penguin_times", "genome", "flops", "arch"),
)
COLUMNS_8 = (
    *("epoch", "train_accs", "val_accs", "predictions", "converged", "genome", "arch", "flops"),
)

GENOME_A = "[[0, 0, 0, 1, 1, 0, 1], [1, 1, 0, 0, 0, 0, 0], [0, 1, 1, 0, 0, 1, 0]]"
SPLIT_A = (
    "[[[0], [0, 0], [1, 1, 0], [1]], [[1], [1, 0], [0, 0, 0], [0]], [[0], [1, 1], [0, 0, 1], [0]]]"
)
FLAT_A = "000110111000000110010"
# Its second phase holds zeros only.
GENOME_B = "[[1, 0, 0, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0, 0], [1, 0, 1, 1, 0, 1, 1]]"
SPLIT_B = (
    "[[[1], [0, 0], [1, 1, 1], [0]], [[0], [0, 0], [0, 0, 0], [0]], [[1], [0, 1], [1, 0, 1], [1]]]"
)
FLAT_B = "100111000000001011011"
GENOME_C = "[[0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1, 1]]"
FLAT_C = "000000100000001111111"

# Line 2 begins row 0; rows 1 and 3 go over three and two lines.
TOY_13 = f"""\
{",".join(COLUMNS_13)}
0,80.5,70.25,400.5,inf,False,,,0.125,"{GENOME_A}","{SPLIT_A}",893.3721,51
1,85.5,75.5,60.5,90.75,False,[90.75  1.5  0.25],"[70.5 75.25
 80. 81.125
 82.5]",0.25,"{GENOME_A}","{SPLIT_A}",893.3721,51
0,60.5,50.0,61.5,inf,False,"[inf, inf, inf]",inf,0.5,"{GENOME_B}","{SPLIT_B}",0.0161,7
1,65.5,55.0,62.5,56.5,True,[56.5 2. 3.],"[50.5
 56.5]",0.75,"{GENOME_B}","{SPLIT_B}",0.0161,7
"""
TOY_10 = f"""\
{",".join(COLUMNS_10)}
0,81.5,71.5,11.5,inf,False,0.001,"{GENOME_B}",641.7559,3
1,82.5,72.5,12.5,73.5,False,0.002,"{GENOME_B}",641.7559,3
0,83.5,69.5,13.5,inf,False,0.003,"{GENOME_C}",700.5,0
0,84.5,68.5,14.5,inf,False,0.004,"{GENOME_B}",641.7559,1
"""
TOY_8 = f"""\
{",".join(COLUMNS_8)}
0,91.5,81.5,inf,False,"{GENOME_C}",2,352.8169
1,92.5,82.5,83.5,True,"{GENOME_C}",2,352.8169
0,93.5,79.5,inf,False,"{GENOME_A}",51,893.3721
1,94.5,78.5,inf,False,"{GENOME_A}",51,893.3721
"""

TOP = "icpp_training_results"
PATH_13 = f"{TOP}/1gpu/early_termination/1gpu_1e14_stopping_training_data.csv"
PATH_10 = f"{TOP}/4gpu/early_termination/4gpu_1e16_stopping_training_data.csv"
PATH_8 = f"{TOP}/1gpu/no_early_termination/1gpu_1e15_training_data.csv"
PATH_TIMES = f"{TOP}/time_to_run.csv"
TOY_TIMES = """\
gpu,dataset,stopping,time,total_time,total_seconds
1,14,True,1-22_33_04,1 days 22:33:04,167584.0
4,15,False,0-14_54_32,0 days 14:54:32,53672.5
"""
TOY_FILES = {PATH_13: TOY_13, PATH_10: TOY_10, PATH_8: TOY_8, PATH_TIMES: TOY_TIMES}


def toy_archive(name="TOY"):
    """Return the card of JS9FR6 under another name, with trainings of two epochs."""
    card = find_archive("JS9FR6")
    tables = tuple(replace(table, one_file_per_experiment=False) for table in card.tables)
    return replace(card, name=name, epoch_budget=2, companions=(), tables=tables)


def save_files(folder, files):
    """Write files by their path inside the archive."""
    saved = []
    for path, body in files.items():
        local = Path(folder) / path
        local.parent.mkdir(parents=True, exist_ok=True)
        local.write_bytes(body.encode() if isinstance(body, str) else body)
        saved.append(SourceFile(path, local))
    return saved


def provenance_of(archive, files, source="mirror: by hand"):
    fetched = [FetchedFile(f.path, f.local.stat().st_size, sha256_of(f.local)) for f in files]
    return Provenance(
        archive.name,
        archive.doi,
        archive.version,
        source,
        "2026-01-02T03:04:05Z",
        (),
        tuple(sorted(fetched)),
    )


def ingest_files(root, folder, files, *, archive=None, strict=False):
    """Save files below `folder` and ingest them into the commons at `root`."""
    archive = archive or toy_archive()
    saved = save_files(folder, files)
    return ingest(
        archive, saved, provenance_of(archive, saved), root, strict=strict, progress=LogProgress()
    )


def state_of(root):
    """Return hash and time of change of every file of a commons but its lock."""
    return {
        str(path.relative_to(root)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def table_text(columns, rows, line_end="\n"):
    """Write rows (dicts of text by column) as pandas would."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator=line_end)
    writer.writerow(columns)
    writer.writerows([row[name] for name in columns] for row in rows)
    return target.getvalue()


def split_rows(text):
    """Cut CSV text into rows of cells, one character at a time; empty lines are no rows.

    Returns
    -------
    list of (line, cells)
        Line in which each row begins, from 1; the header is the first.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    rows, cells, cell = [], [], ""
    line = begin = 1
    quoted = fresh = True
    quoted = False
    place = 0
    while place < len(text):
        char = text[place]
        if quoted:
            if char == '"' and text[place + 1 : place + 2] == '"':
                cell += '"'
                place += 1
            elif char == '"':
                quoted = False
            else:
                cell += char
                line += char == "\n"
        elif char == '"' and fresh:
            quoted, fresh = True, False
        elif char == ",":
            cells.append(cell)
            cell, fresh = "", True
        elif char == "\n":
            if cells or not fresh:
                rows.append((begin, [*cells, cell]))
            cells, cell, fresh = [], "", True
            line += 1
            begin = line
        else:
            cell += char
            fresh = False
        place += 1
    if cells or not fresh:
        rows.append((begin, [*cells, cell]))
    return rows


REFUSED = "refused"
"""What the slow readers below return for a cell that cannot be read; an empty one is None."""
NUMBER = re.compile(
    r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?(inf|infinity|nan)", re.IGNORECASE
)


def naive_float(cell):
    cell = cell.strip()
    if not cell:
        return None
    return float(cell) if NUMBER.fullmatch(cell) else REFUSED


def naive_integer(cell):
    cell = cell.strip()
    if not cell:
        return None
    if not re.fullmatch(r"-?[0-9]+", cell) or not -(2**63) <= int(cell) < 2**63:
        return REFUSED
    return int(cell)


def naive_boolean(cell):
    return {"": None, "true": True, "false": False}.get(cell.strip().lower(), REFUSED)


def naive_list(cell):
    cell = cell.strip()
    if not cell:
        return None
    if cell[0] == "[" and cell[-1] == "]":
        inside = cell[1:-1].strip()
        if not inside:
            return None
        parts = [part.strip() for part in inside.split(",")] if "," in inside else inside.split()
    else:
        parts = [cell]
    numbers = [naive_float(part) if part else REFUSED for part in parts]
    return REFUSED if REFUSED in numbers else numbers
