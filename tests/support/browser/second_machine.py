"""A machine that has never seen the service: a package, the keys that the service publishes, and the command line."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path
from urllib.request import urlopen

from tests.support.serving import COMMAND, Server, environment


class SecondMachine:
    """A folder of its own; `package` is where the package goes."""

    def __init__(self, folder: Path, server: Server) -> None:
        folder.mkdir()
        self._folder = folder
        self.package = folder / "package.zip"
        with urlopen(f"{server.url}/.well-known/jwks.json", timeout=10) as answer:
            (folder / "jwks.json").write_bytes(answer.read())

    def verify(self) -> subprocess.CompletedProcess[str]:
        """What the command says of the package; no data folder is named, and no store of this session."""
        command = ["verify", self.package.name, "--keys", "jwks.json"]
        return subprocess.run(
            [*COMMAND, *command], cwd=self._folder, env=environment(), capture_output=True, text=True, timeout=60
        )

    def flip_a_byte(self, ending: str, at: bytes) -> None:
        """Change the last bit of the first byte of `at`, in the one file of the package whose path ends so."""
        with zipfile.ZipFile(self.package) as opened:
            files = {entry: opened.read(entry) for entry in opened.infolist()}
        (wanted,) = (entry for entry in files if entry.filename.endswith(ending))
        content = bytearray(files[wanted])
        content[content.index(at)] ^= 1
        files[wanted] = bytes(content)
        with zipfile.ZipFile(self.package, "w") as made:
            for entry, written in files.items():
                made.writestr(entry, written)

    def holds(self) -> set[str]:
        """The names of all that lies in the folder."""
        return {path.name for path in self._folder.iterdir()}
