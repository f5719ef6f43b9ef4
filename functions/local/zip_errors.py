"""Names the errors that Python's zip reader, in all versions, raises for damaged bytes."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from typing import Final

ZIP_ERRORS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)
