"""Whether bytes are a GLB: the container of glTF 2.0, chapter 4 of its specification."""

from __future__ import annotations

import json
import struct

MAGIC, VERSION, JSON_CHUNK = b"glTF", 2, 0x4E4F534A
_HEADER, _CHUNK = struct.Struct("<4sII"), struct.Struct("<II")


class GlbError(ValueError):
    """Bytes that are no GLB; the message says why."""


def check_glb(data: bytes) -> None:
    """Check that bytes are a GLB of glTF 2.0: header, chunks and the JSON that names the version.

    Raises:
        GlbError: what is wrong.
    """
    if len(data) < _HEADER.size + _CHUNK.size:
        raise GlbError(f"The file has {len(data)} bytes, which is too short for a GLB.")
    magic, version, length = _HEADER.unpack_from(data)
    if magic != MAGIC:
        raise GlbError("The file is no GLB: it does not begin with 'glTF'.")
    if version != VERSION:
        raise GlbError(f"The file is glTF {version}; version {VERSION} is taken.")
    if length != len(data):
        raise GlbError(f"The file says that it has {length} bytes, but it has {len(data)}; it was cut or something was appended.")
    chunks = _chunks(data)
    if not chunks or chunks[0][0] != JSON_CHUNK:
        raise GlbError("The first chunk of a GLB is its JSON; here it is not.")
    try:
        document = json.loads(chunks[0][1])
        named = str(document["asset"]["version"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise GlbError("The JSON of the GLB cannot be read, or does not name its version.") from None
    if named.split(".")[0] != "2":
        raise GlbError(f"The JSON of the GLB names version {named[:20]}; version 2 is taken.")


def _chunks(data: bytes) -> list[tuple[int, bytes]]:
    chunks, at = [], _HEADER.size
    while at < len(data):
        if at + _CHUNK.size > len(data):
            raise GlbError("The last chunk of the GLB is cut off.")
        length, kind = _CHUNK.unpack_from(data, at)
        at += _CHUNK.size
        if at + length > len(data):
            raise GlbError("A chunk of the GLB is longer than the file.")
        chunks.append((kind, data[at : at + length]))
        at += length
    return chunks
