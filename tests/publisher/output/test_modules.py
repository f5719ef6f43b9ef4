"""The build puts a script and its modules into one text, in order, and refuses whatever it might get wrong."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from functions.errors import AuthoringError
from publisher.output.modules import bundle_modules
from tests.publisher.conftest import ROOT

SCRIPTS = ROOT / "site" / "theme" / "assets" / "javascripts"
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(**texts: str) -> Path:
        for name, text in texts.items():
            path = tmp_path / "scripts" / f"{name.replace('__', '/')}.js"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "scripts" / "page.js"

    return written


def test_an_imported_module_is_placed_first_once_without_comments(write: Write) -> None:
    entry = write(
        page='/* A page. */\nimport { one, two } from "./parts/both.js";\n'
        'import { base } from "./parts/base.js";\none(two, base);\n',
        parts__both='import { base } from "./base.js";\n\n/**\n * One.\n */\nexport function one() {\n'
        "  // why\n  return base;\n}\nexport const two = 2; // two\n",
        parts__base="// @ts-check\nexport const base = 1;\n",
    )
    assert bundle_modules(entry) == (
        '"use strict";\nconst base = 1;\nfunction one() {\n  return base;\n}\nconst two = 2; // two\none(two, base);\n'
    )


def test_a_comment_that_shares_its_line_stays_and_hides_no_code(write: Write) -> None:
    code = 'const a = /x/; /* one */\n/* two */ f("/* three");\n/* four */\ng(a, "*/"); /* five\n six */\n'
    assert bundle_modules(write(page=code)) == '"use strict";\n' + code.replace("/* four */\n", "")


IMPORTS = {
    "default": 'import one from "./a.js";',
    "all": 'import * as a from "./a.js";',
    "renamed": 'import { one as two } from "./a.js";',
    "nothing": 'import "./a.js";',
    "several lines": 'import {\n  one\n} from "./a.js";',
    "indented": '  import { one } from "./a.js";',
    "package": 'import { one } from "a";',
    "address": 'import { one } from "https://example.com/a.js";',
    "two a line": 'import { one } from "./a.js"; import { two } from "./a.js";',
    "later": 'import("./a.js");',
}


@pytest.mark.parametrize("line", IMPORTS.values(), ids=IMPORTS.keys())
def test_another_import_is_refused(write: Write, line: str) -> None:
    entry = write(page=f"\n{line}\n", a="export const one = 1;\nexport const two = 2;\n")
    with pytest.raises(AuthoringError, match=r"^scripts/page\.js:2：看不懂这个 import。请写成一行"):
        bundle_modules(entry)


DECLARATIONS = {
    "default": "export default one;",
    "list": "export { one };",
    "from": 'export { one } from "./a.js";',
    "all": 'export * from "./a.js";',
    "indented": "  export const one = 1;",
    "var": "var one = 1;",
    "unpacked": "const { one } = window;",
    "generator": "function* one() {}",
    "unnamed": "class {}",
}


@pytest.mark.parametrize("line", DECLARATIONS.values(), ids=DECLARATIONS.keys())
def test_another_declaration_is_refused(write: Write, line: str) -> None:
    with pytest.raises(AuthoringError, match=r"^scripts/page\.js:3：看不懂这个声明。请写成 function"):
        bundle_modules(write(page=f"/* A page.\n   Two lines. */\n{line}\n", a="export const one = 1;\n"))


@pytest.mark.parametrize(
    "line", ["function one() {}", "let one = 2;", "export class one {}", "async function one() {}"]
)
def test_a_name_defined_in_two_modules_is_refused(write: Write, line: str) -> None:
    entry = write(page=f'import {{ two }} from "./a.js";\n{line}\n', a="const one = 1;\nexport const two = one;\n")
    told = r"^scripts/page\.js:2：one 在 scripts/a\.js:1 里已经有了，合在一起会撞名。请改一个名字$"
    with pytest.raises(AuthoringError, match=told):
        bundle_modules(entry)


def test_a_name_that_is_not_exported_is_refused(write: Write) -> None:
    entry = write(page='import { one, two } from "./a.js";\n', a="const one = 1;\nexport const two = one;\n")
    with pytest.raises(AuthoringError, match=r"^scripts/page\.js:1：a\.js 没有导出 one。请核对名字"):
        bundle_modules(entry)


def test_a_module_that_is_missing_is_refused(write: Write) -> None:
    with pytest.raises(AuthoringError, match=r"^scripts/page\.js:1：没有 \./b\.js 这个文件。请核对路径$"):
        bundle_modules(write(page='import { one } from "./b.js";\n'))


def test_circular_imports_are_refused(write: Write) -> None:
    entry = write(
        page='import { one } from "./parts/a.js";\n',
        parts__a='import { two } from "./b.js";\nexport const one = 1;\n',
        parts__b='import { one } from "./a.js";\nexport const two = 2;\n',
    )
    with pytest.raises(AuthoringError, match=r"^parts/b\.js:1：a\.js 又用到这个文件，绕成了圈。"):
        bundle_modules(entry)


def test_a_text_over_several_lines_is_refused(write: Write) -> None:
    """Its lines could be taken for comments or declarations."""
    with pytest.raises(AuthoringError, match=r"^scripts/page\.js:1：.*跨了行.*请写在一行里$"):
        bundle_modules(write(page="const one = `\n// no comment\n`;\n"))


@pytest.mark.parametrize("entry", sorted(SCRIPTS.glob("*.js")), ids=lambda path: path.name)
def test_every_script_of_ours_is_one_that_a_browser_can_read(entry: Path, tmp_path: Path) -> None:
    bundled = tmp_path / f"{entry.stem}.mjs"
    bundled.write_text(bundle_modules(entry), encoding="utf-8")
    checked = subprocess.run(["node", "--check", bundled], capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "import " not in bundled.read_text(encoding="utf-8")
