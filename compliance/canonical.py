"""RFC 8785 canonical JSON, the form that digests are taken over and that specs and verdicts are stored in.

The definition is the `rfc8785` package. It is written in plain Python and would take half of the time of a verdict, so documents of
ordinary numbers go through the standard library's C encoder, which gives the same bytes for them (a property test holds this).
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import rfc8785

_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False).encode


class _Unusual(Exception):
    """A number whose shortest decimal the two encoders write differently, or a key that they sort differently."""


def canonical(document: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON document.

    >>> canonical({"b": 24.0, "a": [0.1, True]})
    b'{"a":[0.1,true],"b":24}'
    """
    try:
        return _encode(_ordinary(document)).encode()
    except _Unusual:
        return rfc8785.dumps(document)


def sha256(document: Any) -> str:
    """Return the SHA-256 (hex) of a document's canonical JSON."""
    return hashlib.sha256(canonical(document)).hexdigest()


def _ordinary(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is float:
        if value.is_integer() and -1e15 < value < 1e15:
            return int(value)
        if 1e-4 <= abs(value) < 1e15:
            return value
        raise _Unusual
    if kind is int:
        if -(2**53) < value < 2**53:
            return value
        raise _Unusual
    if kind is dict:
        plain = {}
        for key, inner in value.items():
            if not (type(key) is str and key.isascii()):
                raise _Unusual
            plain[key] = _ordinary(inner)
        return plain
    if kind is list or kind is tuple:
        return [_ordinary(inner) for inner in value]
    raise _Unusual
