"""RFC 8785 canonical JSON, the form that digests are taken over and that specs and verdicts are stored in.

The definition is the `rfc8785` package. It is written in plain Python and would take half of the time of a verdict, so a document goes
through orjson first; what orjson may write otherwise (see `_NUMBER`) is written by `rfc8785`. A property test holds the two together.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import orjson
import rfc8785

# What the two write differently, or might: whole floats (24.0 for 24), exponents, more digits than a float holds, null (for NaN),
# and characters beyond the basic plane (keys are ordered by UTF-16). Strings that merely look so take the slow way too.
_NUMBER = re.compile(rb"[:\[,]-?\d+(?:\.0[,}\]]|(?:\.\d+)?e|(?<=\d{16}))")
_NO_PART_OF_A_NUMBER = bytes(char for char in range(256) if chr(char) not in '0123456789.e-:[,]}" ')
"""What is dropped before looking for such numbers: it takes a sixth of the time, and no number is touched."""
_BASIC_PLANE = bytes(range(0xF0))


def canonical(document: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON document.

    >>> canonical({"b": 24.0, "a": [0.1, True]})
    b'{"a":[0.1,true],"b":24}'
    """
    try:
        text = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # orjson's errors: a number too large, a key that is no text, half a character
        return rfc8785.dumps(document)
    return rfc8785.dumps(document) if _is_suspect(text) else text


def _is_suspect(text: bytes) -> bool:
    return (
        text[:1] not in b"{["
        or b"null" in text
        or bool(text.translate(None, _BASIC_PLANE))
        or _NUMBER.search(text.translate(None, _NO_PART_OF_A_NUMBER)) is not None
    )


def sha256(document: Any) -> str:
    """Return the SHA-256 (hex) of a document's canonical JSON."""
    return hashlib.sha256(canonical(document)).hexdigest()


def whole_as_integer(value: Any) -> Any:
    """Return a value with whole floats as integers, as canonical JSON writes them: what goes on the wire takes the fast way.

    >>> whole_as_integer({"height_m": 24.0, "fsi": 2.5})
    {'height_m': 24, 'fsi': 2.5}
    """
    kind = type(value)
    if kind is float:
        return int(value) if value.is_integer() else value
    if kind is dict:
        return {key: whole_as_integer(inner) for key, inner in value.items()}
    if kind is list:
        return [whole_as_integer(inner) for inner in value]
    return value
