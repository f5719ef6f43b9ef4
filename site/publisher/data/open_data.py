"""The list as open data: the files that the build makes of it, and their contents; knows no page and no markup."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.forms.definition import Definition
from publisher.content.content import Content, url_of
from publisher.data.calendar import calendar
from publisher.data.data_schema import json_schema, table_schema, written
from publisher.data.feed import feed
from publisher.data.regime import REGIME_KEYS, regime_parts
from publisher.data.spreadsheet import DUTIES, SERVICES, Column, duty_rows, notes_at, service_rows, write_csv

CALENDAR = "deadlines.ics"
FEED = "changes.atom"
TABLES = "data/datapackage.json"
LAW_KEYS = (
    Column("", "key", "法规或者文书的代号，等于网页里的编号去掉 law-"),
    Column("", "name", "书名号里的名称"),
    Column("", "kind", "law 法律法规，paper 表格和文书，successor 现行的接替法规（原文没有提到）"),
    Column("", "state", "编者注：in_force 现行，repealed 已废止，replaced 已被取代，unchecked 未核实；文书没有这一项"),
    Column("", "note", "编者注"),
    Column("", "successor", "接替它的法规的代号"),
    Column("", "cited_at", "引用它的各处：编号和网址"),
)


CHANGE_KEYS = (
    Column("", "id", "固定的编号，等于网页里的编号"),
    Column("", "date", "改动的日期"),
    Column("", "text", "改了什么"),
    Column("", "was", "原来的文字，没有的是空的"),
    Column("", "at", "改动的各处：编号和网址；空的指整份清单"),
    Column("", "url", "从网站首页算起"),
)


@dataclass(frozen=True, slots=True)
class Download:
    """One file: its stable path below the site's first page, its format in words, and the function that makes it."""

    path: str
    format: str
    body: Callable[[Content], bytes]


@dataclass(frozen=True, slots=True)
class Dataset:
    """One part of the list as data: its key, its title, its files and the meaning of what stands in them.

    `kind` is the schema of its JSON, which all regimes share.
    """

    key: str
    title: str
    files: tuple[Download, ...]
    columns: tuple[Column, ...]
    kind: str

    @property
    def schema(self) -> str:
        """The path of its JSON Schema."""
        return f"data/{self.kind}.schema.json"


def datasets(content: Content) -> tuple[Dataset, ...]:
    """Every part that can be downloaded, in the order of the list."""
    return (
        Dataset("duties", content.duties.title, _both("duties", _duties_csv, _duties_json), DUTIES, "duties"),
        Dataset(
            "services", content.services.title, _both("services", _services_csv, _services_json), SERVICES, "services"
        ),
        *(
            Dataset(one.key, one.number + one.name, (_regime(one.key),), REGIME_KEYS, "regimes")
            for one in content.regimes.regimes
            if one.key in content.regime_pages
        ),
        Dataset("laws", "依据的法律法规和文书", (Download("data/laws.json", "JSON", _laws_json),), LAW_KEYS, "laws"),
        Dataset("changes", "修改记录", (Download("data/changes.json", "JSON", _changes_json),), CHANGE_KEYS, "changes"),
    )


def made_files(content: Content) -> dict[str, Callable[[Content], bytes]]:
    """Return every file that the build makes beside the pages, by path; the calendar only when it has a date."""
    parts = datasets(content)
    files = {file.path: file.body for dataset in parts for file in dataset.files}
    files |= {dataset.schema: _schema_of(dataset, content) for dataset in parts}
    files |= {path: _form_schema(form) for form, path in form_schemas(content)}
    files |= {TABLES: _tables, FEED: feed}
    return files | ({CALENDAR: calendar} if calendar(content) else {})


def write_files(content: Content, site: Path) -> None:
    """Writes them into the built site."""
    for path, body in made_files(content).items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(body(content))


def _both(
    key: str, as_csv: Callable[[Content], bytes], as_json: Callable[[Content], bytes]
) -> tuple[Download, Download]:
    return Download(f"data/{key}.csv", "CSV", as_csv), Download(f"data/{key}.json", "JSON", as_json)


def _regime(key: str) -> Download:
    return Download(f"data/regimes/{key}.json", "JSON", lambda content: _regime_json(content, key))


def form_schemas(content: Content) -> list[tuple[Definition, str]]:
    """Every form that the public files, and the path of its JSON Schema with all that it refers to."""
    public = (form for form in content.catalogue if form.rules.audience == "public")
    return [(form, f"data/forms/{form.id}.schema.json") for form in public]


def _form_schema(form: Definition) -> Callable[[Content], bytes]:
    return lambda _: written(form.schema)


def _schema_of(dataset: Dataset, content: Content) -> Callable[[Content], bytes]:
    title = content.regimes.title if dataset.kind == "regimes" else dataset.title
    return lambda _: json_schema(dataset.kind, title, dataset.columns)


def _tables(content: Content) -> bytes:
    return table_schema((("duties", content.duties.title, DUTIES), ("services", content.services.title, SERVICES)))


def _duties_csv(content: Content) -> bytes:
    return write_csv(DUTIES, duty_rows(content))


def _services_csv(content: Content) -> bytes:
    return write_csv(SERVICES, service_rows(content))


def _duties_json(content: Content) -> bytes:
    names = {one.key: one.name for one in content.sections.sections}
    rows = {row[0]: row[-1] for row in duty_rows(content)}
    duties = []
    for duty in content.duties.duties:
        items = []
        for place, item in enumerate(duty.items, 1):
            anchor = duty.anchor(place)
            offices = [{"key": key, "name": names[key]} for key in item.sections]
            about = {"id": anchor, "text": item.text, "sections": offices, "remark": item.remark}
            items.append({**about, "notes": notes_at(content, anchor), "url": rows[anchor]})
        duties.append({"number": duty.number, "duty": duty.duty, "items": items})
    return written({"title": content.duties.title, "duties": duties})


def _services_json(content: Content) -> bytes:
    keys = [column.key for column in SERVICES]
    services = [dict(zip(keys, row, strict=True)) for row in service_rows(content)]
    typed = [{**one, "number": int(one["number"]), "notes": notes_at(content, one["id"])} for one in services]
    return written({"title": content.services.title, "services": typed})


def _regime_json(content: Content, key: str) -> bytes:
    regime = next(one for one in content.regimes.regimes if one.key == key)
    page = content.regime_pages[key]
    about = {"key": key, "stem": regime.stem, "number": regime.number, "name": regime.name, "url": url_of(page.path)}
    return written({"title": content.regimes.title, **about, "parts": regime_parts(content, page)})


def _laws_json(content: Content) -> bytes:
    return written({"laws": list(_laws(content))})


def _laws(content: Content) -> Iterator[dict[str, Any]]:
    for law in content.laws.laws:
        about = {"key": law.key, "name": law.name, "kind": law.kind, "state": law.state, "note": law.note}
        places = content.citations.get(law.name, ())
        cited = [{"address": one.words, "id": one.anchor, "url": f"{url_of(one.page)}#{one.anchor}"} for one in places]
        yield {**about, "successor": law.successor, "cited_at": cited}


def _changes_json(content: Content) -> bytes:
    changes = []
    for change, anchor in content.changes.numbered:
        places = (content.places[words] for words in change.at)
        at = [{"address": one.words, "url": f"{url_of(one.page)}#{one.anchor}"} for one in places]
        about = {"id": anchor, "date": change.date.isoformat(), "text": change.what, "was": change.was}
        changes.append({**about, "at": at, "url": f"changes/#{anchor}"})
    return written({"changes": changes})
