"""The Croissant description of a deposit: records in, JSON-LD out.

References
----------
MLCommons, Croissant Format Specification, version 1.0, 2024.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vinarch.depositing.records import About, DepositedExperiment, WrittenTable
    from vinarch.schema import Column

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

_SEMANTIC_PARTS = 3
"""Croissant wants versions of three numbers."""


def croissant_text(about: About, experiments: Sequence[DepositedExperiment], citation: str) -> str:
    """Return the description.

    Parameters
    ----------
    about : About
    experiments : sequence of DepositedExperiment
    citation : str
    """
    tables = [table for one in experiments for table in one.tables]
    told: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": about.name,
        "description": about.description,
        "license": about.licence,
        "version": _semantic(about.version),
        "datePublished": about.date,
        "citeAs": citation,
        "creator": [{"@type": "sc:Person", "name": author} for author in about.authors],
        "keywords": ["neural architecture search", "learning curves"],
        **({"url": f"https://doi.org/{about.doi}"} if about.doi else {}),
        "distribution": [_file(table) for table in tables],
        "recordSet": [_records(table) for table in tables],
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def _file(table: WrittenTable) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": table.path,
        "name": table.path,
        "description": table.table.meaning,
        "contentUrl": table.path,
        "contentSize": f"{table.size_bytes} B",
        "encodingFormat": "text/csv",
        "sha256": table.sha256,
    }


def _records(table: WrittenTable) -> dict[str, Any]:
    name = table.path.removesuffix(".csv")
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": table.table.meaning,
        "field": [_field(name, table, table.table.column(column)) for column in table.columns],
    }


def _field(records: str, table: WrittenTable, column: Column) -> dict[str, Any]:
    unit = f" Unit: {column.unit}." if column.unit else ""
    return {
        "@type": "cr:Field",
        "@id": f"{records}/{column.name}",
        "name": f"{records}/{column.name}",
        "description": f"{column.meaning}{unit}",
        "dataType": _type(column.type),
        "source": {
            "fileObject": {"@id": table.path},
            "extract": {"column": column.name},
        },
    }


def _type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    return "sc:Float" if pa.types.is_floating(kind) else "sc:Text"


def _semantic(version: str) -> str:
    parts = version.split(".")
    if not all(part.isdecimal() for part in parts) or len(parts) >= _SEMANTIC_PARTS:
        return version
    return ".".join(parts + ["0"] * (_SEMANTIC_PARTS - len(parts)))
