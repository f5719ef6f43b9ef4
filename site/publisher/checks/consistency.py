"""Checks between the files of the content, without rendering a page: keys, addresses, notes, laws."""

from collections.abc import Callable, Hashable, Iterable, Iterator

from functions.errors import AuthoringError
from functions.forms.address import parse_address
from functions.forms.authoring.holidays import HOLIDAYS, read_holidays
from functions.forms.authoring.source import Mistake, Source
from publisher.checks.numbering import misplaced
from publisher.checks.page_parts import wrong_blocks, wrong_headings
from publisher.checks.required_pages import needed
from publisher.checks.settings import wrong_settings
from publisher.checks.typo_lint import slips
from publisher.content.content import CITATION, Content
from publisher.content.data_file import Place
from publisher.content.problem import ContentError, ContentProblem

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "−", "'", "\t", "\r")
_GIVE_BASIS = "请对照监管制度网页左边的编号改正，如 丙五2"


def problems_in(content: Content) -> list[ContentProblem]:
    """Return every mistake, in the order of files and lines; when files are unreadable, only those."""
    unreadable = [problem for name in _FILES for problem in _unreadable(content, name)]
    if unreadable:
        return sorted(unreadable)
    return sorted(problem for check in _CHECKS for problem in check(content))


def refuse_inconsistent(content: Content) -> None:
    """Raise ContentError with every mistake; checks unchanged files only once."""
    if content.problems is None:
        content.problems = problems_in(content)
    if content.problems:
        raise ContentError(*content.problems)


_DATA = ("sections", "duties", "services", "regimes", "laws", "notes", "deadlines", "changes", "reminders")
_FILES = ("settings", *_DATA, "pages")


def _unreadable(content: Content, name: str) -> Iterator[ContentProblem]:
    try:
        getattr(content, name)
    except ContentError as error:
        yield from error.problems


def _repeated(content: Content) -> Iterator[ContentProblem]:
    lists: tuple[tuple[str, str, str, Iterable[Hashable]], ...] = (
        ("sections.yml", "sections", "key", (one.key for one in content.sections.sections)),
        ("sections.yml", "sections", "name", (one.name for one in content.sections.sections)),
        ("duties.yml", "duties", "number", (one.number for one in content.duties.duties)),
        ("services.yml", "services", "number", (one.number for one in content.services.services)),
        ("regimes.yml", "regimes", "key", (one.key for one in content.regimes.regimes)),
        ("laws.yml", "laws", "key", (one.key for one in content.laws.laws)),
        ("laws.yml", "laws", "name", (one.name for one in content.laws.laws)),
    )
    for name, top, key, values in lists:
        seen: set[Hashable] = set()
        for index, value in enumerate(values):
            if value in seen:
                yield _data(content, name, (top, index, key), f"“{value}”出现了两次", "每一项的编号和名称都不能重复")
            seen.add(value)


def _sections(content: Content) -> Iterator[ContentProblem]:
    known = {one.key for one in content.sections.sections}
    cure = f"sections.yml 里有：{'、'.join(sorted(known))}"
    for index, duty in enumerate(content.duties.duties):
        for place, item in enumerate(duty.items):
            where: Place = ("duties", index, "items", place, "sections")
            for key in dict.fromkeys(item.sections):
                if key not in known:
                    yield _data(content, "duties.yml", where, f"没有代号是“{key}”的科室", cure)
                if item.sections.count(key) > 1:
                    yield _data(content, "duties.yml", where, f"科室“{key}”写了两次", "请留一个")
    for index, service in enumerate(content.services.services):
        if service.section not in known:
            where = ("services", index, "section")
            yield _data(content, "services.yml", where, f"没有代号是“{service.section}”的科室", cure)
    for index, section in enumerate(content.sections.sections):
        if f"sections/{section.key}.md" not in content.pages:
            where = ("sections", index)
            yield _data(content, "sections.yml", where, f"没有 content/sections/{section.key}.md", "请写这个网页")


def _formulas(content: Content) -> Iterator[ContentProblem]:
    """Report formulas: the tables are downloaded as CSV, and a spreadsheet would compute such a text."""
    for name in ("duties.yml", "services.yml", "sections.yml", "notes.yml"):
        for place, text in content.sources[name].texts():
            if text.startswith(_FORMULA):
                cause = f"“{text[:10]}”用 {text[0]} 开头，下载的表格会把它当成公式"
                yield _data(content, name, place, cause, "请换一个开头，例如汉字或者引号“")


def _laws(content: Content) -> Iterator[ContentProblem]:
    known = {law.key for law in content.laws.laws}
    for index, law in enumerate(content.laws.laws):
        if law.successor and law.successor not in known:
            where: Place = ("laws", index, "successor")
            yield _data(content, "laws.yml", where, f"没有代号是“{law.successor}”的法规", "请对照本文件里的 key 改正")
        if law.kind != "paper" and law.state is None:
            cause, cure = f"《{law.name}》没有写现状（state）", "请补上；没有人核实过的，写 unchecked"
            yield _data(content, "laws.yml", ("laws", index), cause, cure)
        if law.form and f"forms/{law.form}.md" not in content.pages:
            where = ("laws", index, "form")
            yield _data(content, "laws.yml", where, f"没有 content/forms/{law.form}.md", "请写这个网页，或者删去 form")


def _citations(content: Content) -> Iterator[ContentProblem]:
    blocks = ((page, block) for page in content.regime_pages.values() for block in page.blocks)
    texts = [(f"content/{page.path}", block.line, block.text) for page, block in blocks if parse_address(block.name)]
    for index, duty in enumerate(content.duties.duties):
        text = duty.duty + "".join(item.text for item in duty.items)
        texts.append(("content/data/duties.yml", content.line("duties.yml", "duties", index), text))
    for file, line, text in texts:
        for name in CITATION.findall(text):
            if name not in content.laws_by_name:
                cure = "请在 content/data/laws.yml 里补上，或者核对名称"
                yield ContentProblem(file, line, f"laws.yml 里没有《{name}》", cure)


def _notes(content: Content) -> Iterator[ContentProblem]:
    rows = {passage.anchor for passage in content.work_items}
    rows |= {one.anchor for one in content.services.services}
    for index, note in enumerate(content.notes.notes):
        if note.at not in rows:
            where: Place = ("notes", index, "at")
            yield _data(
                content, "notes.yml", where, f"没有编号是“{note.at}”的行", "请写 duty-10-1、service-4 这样的编号"
            )
        if note.beside == "phone" and note.at.startswith("duty"):
            where = ("notes", index, "beside")
            yield _data(content, "notes.yml", where, "职责的表里没有电话一栏，编注不会显示", "请写 item 或者 office")
        if note.oddity not in content.notes.oddities:
            where = ("notes", index, "oddity")
            yield _data(content, "notes.yml", where, f"oddities 里没有“{note.oddity}”", "请先在上面登记")
    given = {note.oddity for note in content.notes.notes}
    given |= {block.argument for page in content.pages.values() for block in page.blocks if block.name == "note"}
    for page in content.pages.values():
        for block in page.blocks:
            if block.name == "note" and block.argument not in content.notes.oddities:
                cause = f"notes.yml 的 oddities 里没有“{block.argument}”" if block.argument else "note 后面没有写编号"
                yield ContentProblem(
                    f"content/{page.path}", block.line, cause, "请在 content/data/notes.yml 里登记，或者改正编号"
                )
    for oddity, words in content.notes.oddities.items():
        if oddity not in given:
            cure = f"请在原文那一段下面写 ::: note {oddity}，或者在 notes 里写"
            yield _data(content, "notes.yml", ("oddities", oddity), f"“{words}”（{oddity}）没有编注", cure)


def _superseded(content: Content) -> Iterator[ContentProblem]:
    """Report a regime that cites a law no longer in force without saying so in a note (D26)."""
    for page in content.regime_pages.values():
        if any(block.name == "note" and block.argument == "D26" for block in page.blocks):
            continue
        for block in page.blocks:
            cited = (content.laws_by_name.get(name) for name in CITATION.findall(block.text))
            if parse_address(block.name) and any(law and law.state in ("repealed", "replaced") for law in cited):
                cure = "请在这一段下面写 ::: note D26，说明法规的现状"
                cause = "引用的法规已经废止或者被取代，本页没有编注"
                yield ContentProblem(f"content/{page.path}", block.line, cause, cure)
                break


def _pages(content: Content) -> Iterator[ContentProblem]:
    for index, regime in enumerate(content.regimes.regimes):
        if content.regime_keys[regime.stem] != regime.key:
            cause = f"{regime.stem} 已经是 {content.regime_keys[regime.stem]} 的 stem"
            yield _data(content, "regimes.yml", ("regimes", index, "stem"), cause, "请改正 key 或者 stem")
        elif regime.key not in content.regime_pages:
            where: Place = ("regimes", index)
            yield _data(content, "regimes.yml", where, f"没有 content/regimes/{regime.key}.md", "请写这个网页")
    bodies: dict[str, str] = {}
    for page in content.pages.values():
        yield from wrong_headings(page)
        yield from wrong_blocks(content, page)
        if page.body in bodies:
            cure = f"它和 content/{bodies[page.body]} 一字不差，请删去一个"
            yield ContentProblem(f"content/{page.path}", page.first, "这个网页重复了", cure)
        bodies[page.body] = page.path


def _forms(content: Content) -> Iterator[ContentProblem]:
    """Check only the forms that pages ask for; the check of the schemas reports unreadable forms."""
    try:
        known = {one.id for one in content.catalogue}
    except AuthoringError:
        return
    for page in content.pages.values():
        for block in page.blocks:
            if block.name == "form" and block.argument not in known:
                cure = f"现有：{'、'.join(sorted(known))}"
                cause = f"schemas 里没有“{block.argument}”这份表单"
                yield ContentProblem(f"content/{page.path}", block.line, cause, cure)


def _bases(content: Content) -> Iterator[ContentProblem]:
    """Check that the legal basis of each deadline and form is an existing paragraph."""
    for index, deadline in enumerate(content.deadlines.deadlines):
        if deadline.basis not in content.anchors:
            where: Place = ("deadlines", index, "basis")
            yield _data(content, "deadlines.yml", where, f"没有“{deadline.basis}”这一段", _GIVE_BASIS)
    try:
        forms = [one.id for one in content.catalogue]
    except AuthoringError:
        return
    for form in forms:
        folder = content.root / "schemas" / form
        for source in (Source.yaml(folder / "rules.yml"), Source.json(folder / "form.json")):
            for place, words in source.texts():
                named = "basis" in place if source.path.suffix == ".yml" else place[-1] == "x-basis"
                if named and "note" not in place and words not in content.anchors:
                    file = source.path.relative_to(content.root).as_posix()
                    yield ContentProblem(file, source.line(place), f"没有“{words}”这一段", _GIVE_BASIS)


def _holidays(content: Content) -> Iterator[ContentProblem]:
    """Check the calendar of working days, even when no deadline uses it; a project without one knows only weekends."""
    if (content.root / HOLIDAYS).exists():
        try:
            read_holidays(content.root)
        except Mistake as mistake:
            yield ContentProblem(HOLIDAYS, mistake.line, mistake.cause, mistake.cure)


def _changes(content: Content) -> Iterator[ContentProblem]:
    """Check that the newest change comes first, and that each names existing places."""
    listed = content.changes.changes
    for index, change in enumerate(listed):
        if index and change.date > listed[index - 1].date:
            cause = f"{change.date} 的改动写在了更早的下面"
            yield _data(content, "changes.yml", ("changes", index, "date"), cause, "请按日期排，新的写在最上面")
        for words in change.at:
            if words not in content.places:
                cause, cure = f"没有编号是“{words}”的地方", "请写 丙五2、duty-03-2、service-4 这样的编号"
                yield _data(content, "changes.yml", ("changes", index, "at"), cause, cure)


def _data(content: Content, name: str, place: Place, cause: str, cure: str) -> ContentProblem:
    return ContentProblem(f"content/data/{name}", content.line(name, *place), cause, cure)


_CHECKS: tuple[Callable[[Content], Iterator[ContentProblem]], ...] = (
    _repeated,
    _sections,
    _formulas,
    _laws,
    _citations,
    _notes,
    _superseded,
    _pages,
    _forms,
    _bases,
    _holidays,
    _changes,
    needed,
    misplaced,
    slips,
    wrong_settings,
)
