"""Puts a script and the modules that it imports into one text; knows the few forms of import and export that we use."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from functions.errors import AuthoringError

_COMMENT = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/[ \t]*$|//[^\n]*$)", re.DOTALL | re.MULTILINE)
_IMPORT = re.compile(r'import \{ ((?:[\w$]+(?:, )?)+) \} from "(\.{1,2}/[^"]+\.js)";')
_DECLARES = re.compile(r"(?:\s*export|var|let|const|class|async|function)\b")
_DECLARATION = re.compile(r"(export )?(?:(?:async )?function|const|let|class) ([\w$]+)")
_IMPORT_CURE = '请写成一行 import { 名字, 名字 } from "./文件.js"; 路径以 ./ 或 ../ 开头'
_NAME_CURE = "请写成 function 名字、const 名字、let 名字或 class 名字，一行一个，要导出的在前面加 export"


@dataclass
class _Bundle:
    """What has been put together so far: the texts in their order, who declares a name, what each module exports."""

    texts: list[str] = field(default_factory=list)
    declared: dict[str, str] = field(default_factory=dict)
    exported: dict[Path, set[str]] = field(default_factory=dict)


def bundle_modules(entry: Path) -> str:
    """The entry with all that it imports before it, each once, in strict mode, without imports, exports and comments.

    All share one scope, so no two may declare the same name. Raises AuthoringError with file, line, cause and cure.
    """
    bundle = _Bundle()
    _add(bundle, entry, ())
    return '"use strict";\n' + "".join(bundle.texts)


def _add(bundle: _Bundle, path: Path, above: tuple[Path, ...]) -> None:
    kept, bundle.exported[path] = [], set()
    for number, line in enumerate(_without_comments(path.read_text(encoding="utf-8")).split("\n"), 1):
        where = f"{path.parent.name}/{path.name}:{number}"
        if line.count("`") % 2:
            raise AuthoringError(f"{where}：` ` 之间的文字跨了行，分不清哪些行是代码。请写在一行里")
        if line.lstrip().startswith("import"):
            _follow(bundle, path, (*above, path), line, where)
            continue
        if _DECLARES.match(line):
            _declare(bundle, path, line, where)
        if line.strip():
            kept.append(line.removeprefix("export ") + "\n")
    bundle.texts.append("".join(kept))


def _without_comments(text: str) -> str:
    """Comments that have their lines to themselves become empty lines, so that a line's number stays."""
    return _COMMENT.sub(lambda found: "\n" * found.group().count("\n"), text)


def _follow(bundle: _Bundle, path: Path, above: tuple[Path, ...], line: str, where: str) -> None:
    found = _IMPORT.fullmatch(line)
    if not found:
        raise AuthoringError(f"{where}：看不懂这个 import。{_IMPORT_CURE}")
    module = (path.parent / found.group(2)).resolve()
    if module in above:
        raise AuthoringError(f"{where}：{module.name} 又用到这个文件，绕成了圈。请把两边都用的部分放进第三个文件")
    if not module.is_file():
        raise AuthoringError(f"{where}：没有 {found.group(2)} 这个文件。请核对路径")
    if module not in bundle.exported:
        _add(bundle, module, above)
    missing = set(found.group(1).split(", ")) - bundle.exported[module]
    if missing:
        raise AuthoringError(
            f"{where}：{module.name} 没有导出 {'、'.join(sorted(missing))}。请核对名字，或者在那边加 export"
        )


def _declare(bundle: _Bundle, path: Path, line: str, where: str) -> None:
    found = _DECLARATION.match(line)
    if not found:
        raise AuthoringError(f"{where}：看不懂这个声明。{_NAME_CURE}")
    exports, name = found.groups()
    if name in bundle.declared:
        raise AuthoringError(f"{where}：{name} 在 {bundle.declared[name]} 里已经有了，合在一起会撞名。请改一个名字")
    bundle.declared[name] = where
    if exports:
        bundle.exported[path].add(name)
