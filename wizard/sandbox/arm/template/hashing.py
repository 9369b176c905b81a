"""The deterministic hashes of the template language: ``uniqueString``, ``guid`` and the template hash.

Owns the algorithms only. ARM's 64-bit hash is a Murmur variant of two interleaved 32-bit lanes; the same hash over the
upper-cased compact JSON of a template is the ``templateHash`` of a deployment.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

GUID_NAMESPACE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
WORD = 0xFFFFFFFF
FIRST, SECOND = 0x239B961B, 0xAB0E9789
FIRST_OFFSET, SECOND_OFFSET = 0x561CCD1B, 0x0BCAA747


def _rotated(value: int, count: int) -> int:
    return ((value << count) | (value >> (32 - count))) & WORD


def _first_lane(word: int) -> int:
    return _rotated(word * FIRST & WORD, 15) * SECOND & WORD


def _second_lane(word: int) -> int:
    return _rotated(word * SECOND & WORD, 17) * FIRST & WORD


def _avalanche(value: int) -> int:
    value = (value ^ (value >> 16)) * 0x85EBCA6B & WORD
    value = (value ^ (value >> 13)) * 0xC2B2AE35 & WORD
    return value ^ (value >> 16)


def hash64(data: bytes) -> int:
    """ARM's 64-bit hash of the bytes, with seed 0."""
    low = high = 0
    whole = len(data) // 8 * 8
    for at in range(0, whole, 8):
        low = _rotated(low ^ _first_lane(int.from_bytes(data[at : at + 4], "little")), 19)
        low = ((low + high) * 5 + FIRST_OFFSET) & WORD
        high = _rotated(high ^ _second_lane(int.from_bytes(data[at + 4 : at + 8], "little")), 13)
        high = ((high + low) * 5 + SECOND_OFFSET) & WORD
    tail = data[whole:]
    if tail:
        low ^= _first_lane(int.from_bytes(tail[:4], "little"))
    if len(tail) > 4:
        high ^= _second_lane(int.from_bytes(tail[4:], "little"))
    low, high = low ^ len(data), high ^ len(data)
    low = (low + high) & WORD
    high = (high + low) & WORD
    low, high = _avalanche(low), _avalanche(high)
    low = (low + high) & WORD
    high = (high + low) & WORD
    return high << 32 | low


def unique_string(*values: str) -> str:
    """13 characters of a-z2-7: the hash of the values joined by ``-``, five bits a character, highest first."""
    number = hash64("-".join(values).encode())
    text = ""
    for _ in range(13):
        text += ALPHABET[number >> 59]
        number = number << 5 & 0xFFFFFFFFFFFFFFFF
    return text


def guid(*values: str) -> str:
    """A version 5 UUID in ARM's namespace over the values joined by ``-``."""
    return str(uuid.uuid5(GUID_NAMESPACE, "-".join(values)))


def template_hash(template: Any) -> str:
    """The decimal hash that ARM shows as ``properties.templateHash``."""
    return str(hash64(minified(template).encode()))


def minified(template: Any) -> str:
    """The template as ARM hashes it: compact JSON, upper-cased."""
    return json.dumps(template, separators=(",", ":"), ensure_ascii=False).upper()
