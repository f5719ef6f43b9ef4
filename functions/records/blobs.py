"""The port behind which whole contents are kept under their SHA-256; adapters in `functions.storage` pass one suite."""

from __future__ import annotations

from typing import Literal, Protocol

Area = Literal["forms", "bodies", "words"]


class BlobStore(Protocol):
    """Where contents are kept, in areas that are granted and swept apart. Every method may raise StoreUnavailable.

    A digest is the SHA-256 of the whole content, lower-case hexadecimal: a content never changes under its name.
    """

    def keep(self, area: Area, digest: str, content: bytes) -> None:
        """Keep the content durably; the same again changes nothing. ValueError when the digest is not the content's."""
        ...

    def read(self, area: Area, digest: str) -> bytes:
        """The content, or NotFound; StoreUnavailable when it is no longer what its name says."""
        ...
