"""The schemas of the open data: JSON Schema for the JSON, Table Schema for the CSV; knows no content."""

import json
from collections.abc import Iterable
from typing import Any

from publisher.data.spreadsheet import Column

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer", "minimum": 1}
_MAYBE: Schema = {"type": ["string", "null"]}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _record(**properties: Schema) -> Schema:
    return {"type": "object", "required": [*properties], "additionalProperties": False, "properties": properties}


_ITEM = _record(
    id=_TEXT,
    text=_TEXT,
    sections=_list(_record(key=_TEXT, name=_TEXT)),
    remark=_TEXT,
    notes=_list(_TEXT),
    url=_TEXT,
)
_SERVICE = _record(
    id=_TEXT, number=_NUMBER, name=_TEXT, content=_TEXT, office=_TEXT, phone=_TEXT, notes=_list(_TEXT), url=_TEXT
)
_PARAGRAPH = _record(address=_TEXT, id=_TEXT, text=_TEXT, notes=_list(_TEXT), url=_TEXT)
_PART = _record(id=_TEXT, title=_TEXT, notes=_list(_TEXT), paragraphs=_list(_PARAGRAPH))
_LAW = _record(
    key=_TEXT,
    name=_TEXT,
    kind={"enum": ["law", "paper", "successor"]},
    state={"enum": ["in_force", "repealed", "replaced", "unchecked", None]},
    note=_TEXT,
    successor=_MAYBE,
    cited_at=_list(_record(address=_TEXT, id=_TEXT, url=_TEXT)),
)
_CHANGE = _record(
    id=_TEXT,
    date=_TEXT | {"format": "date"},
    text=_TEXT,
    was=_TEXT,
    at=_list(_record(address=_TEXT, url=_TEXT)),
    url=_TEXT,
)
SHAPES: dict[str, Schema] = {
    "duties": _record(title=_TEXT, duties=_list(_record(number=_NUMBER, duty=_TEXT, items=_list(_ITEM)))),
    "services": _record(title=_TEXT, services=_list(_SERVICE)),
    "regimes": _record(title=_TEXT, key=_TEXT, stem=_TEXT, number=_TEXT, name=_TEXT, url=_TEXT, parts=_list(_PART)),
    "laws": _record(laws=_list(_LAW)),
    "changes": _record(changes=_list(_CHANGE)),
}


def json_schema(kind: str, title: str, columns: Iterable[Column]) -> bytes:
    """The JSON Schema (2020-12) of the files of one kind; each key says what it means where `columns` know it."""
    meanings = {column.key: column.meaning for column in columns}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return written(head | _described(SHAPES[kind], meanings))


def table_schema(tables: Iterable[tuple[str, str, Iterable[Column]]]) -> bytes:
    """A Data Package that describes the CSV files: (name, title, columns) of each."""
    resources = [
        {
            "name": name,
            "path": f"{name}.csv",
            "title": title,
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": {"fields": [_field(column) for column in columns], "primaryKey": "编号"},
        }
        for name, title, columns in tables
    ]
    return written({"$schema": "https://datapackage.org/profiles/2.0/datapackage.json", "resources": resources})


def written(value: Any) -> bytes:
    """Format a JSON file of the open data."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _field(column: Column) -> Schema:
    kind = "integer" if column.key == "number" else "string"
    return {"name": column.name, "type": kind, "description": column.meaning}


def _described(schema: Schema, meanings: dict[str, str]) -> Schema:
    if "items" in schema:
        return schema | {"items": _described(schema["items"], meanings)}
    if "properties" not in schema:
        return schema
    properties = {
        key: _described(inner, meanings) | ({"description": meanings[key]} if key in meanings else {})
        for key, inner in schema["properties"].items()
    }
    return schema | {"properties": properties}
