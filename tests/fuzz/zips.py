"""Zip files with one member replaced, or with any byte changed: what a fuzzer makes of a zip, past its checksums."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

METHODS = (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
ITSELF = 0xFF


@dataclass(frozen=True)
class Spliced:
    """A zip as a fuzzer sees it: the first byte of an input names a member, the rest is its content.

    A number beyond the members means the bytes of the zip itself.
    """

    whole: bytes
    members: dict[str, bytes]

    @classmethod
    def of(cls, whole: bytes) -> Spliced:
        with zipfile.ZipFile(io.BytesIO(whole)) as opened:
            return cls(whole, {name: opened.read(name) for name in opened.namelist() if not name.endswith("/")})

    def seeds(self) -> list[bytes]:
        """Every member as it is, the whole, and the whole in each compression with a byte changed in its middle."""
        packed = [self.zipped("", b"", method) for method in METHODS]
        damaged = [whole[: (middle := len(whole) // 2)] + b"~~~~" + whole[middle + 4 :] for whole in packed]
        contents = [*self.members.values(), self.whole]
        return [bytes([min(place, ITSELF)]) + content for place, content in enumerate([*contents, *damaged])]

    def replaced(self, data: bytes) -> tuple[str, bytes]:
        """The name and the new content of the member that is replaced; "" and the bytes of the zip."""
        place = data[0] if data else 0
        names = list(self.members)
        return (names[place] if place < len(names) else "", data[1:])

    def made_from(self, data: bytes) -> bytes:
        """The zip that an input stands for."""
        name, content = self.replaced(data)
        return self.zipped(name, content) if name else content

    def zipped(self, name: str, content: bytes, method: int = zipfile.ZIP_STORED) -> bytes:
        """The zip with this member replaced; "" for none."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as made:
            for each, held in self.members.items():
                made.writestr(each, content if each == name else held)
        return out.getvalue()
