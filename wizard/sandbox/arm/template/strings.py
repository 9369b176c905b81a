"""String functions. https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-string

Owns the functions that only look at text; those that take arrays too live in ``collections``.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from wizard.sandbox.arm.template.faults import ExpressionFault, wrong_arguments, wrong_type
from wizard.sandbox.arm.template.formats import formatted
from wizard.sandbox.arm.template.hashing import guid, unique_string
from wizard.sandbox.arm.template.library import Shelf
from wizard.sandbox.arm.template.values import as_text, is_int, is_scalar, kind, parsed_json

Json = Any
SHELF = Shelf()


def text_of(function: str, value: Json) -> str:
    """The argument, which has to be a string."""
    if not isinstance(value, str):
        raise wrong_type(function, "a string", kind(value))
    return value


def number_of(function: str, value: Json) -> int:
    """The argument, which has to be an integer."""
    if not is_int(value):
        raise wrong_type(function, "an integer", kind(value))
    return int(value)


@SHELF.add("base64", 1)
def to_base64(value: Json) -> str:
    return base64.b64encode(text_of("base64", value).encode()).decode()


@SHELF.add("base64ToString", 1)
def from_base64(value: Json) -> str:
    try:
        return base64.b64decode(text_of("base64ToString", value), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise wrong_arguments("base64ToString", "the provided value is not a valid base64 string.") from None


@SHELF.add("base64ToJson", 1)
def json_from_base64(value: Json) -> Json:
    return parsed_json(from_base64(value))


@SHELF.add("dataUri", 1)
def data_uri(value: Json) -> str:
    return "data:text/plain;charset=utf8;base64," + str(to_base64(text_of("dataUri", value)))


@SHELF.add("dataUriToString", 1)
def from_data_uri(value: Json) -> str:
    head, comma, data = text_of("dataUriToString", value).partition(",")
    if not head.startswith("data:") or not comma:
        raise wrong_arguments("dataUriToString", "the provided value is not a data URI.")
    return from_base64(data) if head.endswith(";base64") else unquote(data)


@SHELF.add("endsWith", 2)
def ends_with(text: Json, part: Json) -> bool:
    return text_of("endsWith", text).lower().endswith(text_of("endsWith", part).lower())


@SHELF.add("startsWith", 2)
def starts_with(text: Json, part: Json) -> bool:
    return text_of("startsWith", text).lower().startswith(text_of("startsWith", part).lower())


@SHELF.add("format", 1, -1)
def format_text(pattern: Json, *values: Json) -> str:
    return formatted(text_of("format", pattern), values)


def _seeds(function: str, values: tuple[Json, ...]) -> list[str]:
    if not all(isinstance(value, str) for value in values):
        raise ExpressionFault(
            f"The template language function '{function}' expects its parameters to be string literals. "
            f"Please see https://aka.ms/arm-functions#{function} for usage details."
        )
    return [str(value) for value in values]


@SHELF.add("guid", 1, -1)
def guid_of(*values: Json) -> str:
    return guid(*_seeds("guid", values))


@SHELF.add("uniqueString", 1, -1)
def unique_string_of(*values: Json) -> str:
    return unique_string(*_seeds("uniqueString", values))


@SHELF.add("join", 2)
def join(values: Json, delimiter: Json) -> str:
    if not isinstance(values, list):
        raise wrong_type("join", "an array", kind(values))
    return str(text_of("join", delimiter)).join(as_text(value) for value in values)


@SHELF.add("json", 1)
def json_of(text: Json) -> Json:
    return parsed_json(text_of("json", text))


@SHELF.add("padLeft", 2, 3)
def pad_left(value: Json, length: Json, filler: Json = " ") -> str:
    if not (isinstance(value, str) or is_int(value)):
        raise wrong_type("padLeft", "a string or an integer", kind(value))
    if len(text_of("padLeft", filler)) != 1:
        raise wrong_arguments("padLeft", "the padding character must be a single character.")
    return str(value).rjust(number_of("padLeft", length), filler)


@SHELF.add("replace", 3)
def replace(text: Json, old: Json, new: Json) -> str:
    if not text_of("replace", old):
        raise wrong_arguments("replace", "the string to be replaced must not be empty.")
    return text_of("replace", text).replace(old, text_of("replace", new))


@SHELF.add("split", 2)
def split(text: Json, delimiters: Json) -> list[str]:
    wanted = delimiters if isinstance(delimiters, list) else [delimiters]
    pieces = [text_of("split", text)]
    for delimiter in wanted:
        if text_of("split", delimiter):
            pieces = [part for piece in pieces for part in piece.split(delimiter)]
    return pieces


@SHELF.add("string", 1)
def string(value: Json) -> str:
    return as_text(value)


@SHELF.add("substring", 2, 3)
def substring(text: Json, start: Json, length: Json = None) -> str:
    whole, first = text_of("substring", text), number_of("substring", start)
    count = len(whole) - first if length is None else number_of("substring", length)
    if first < 0 or count < 0 or first + count > len(whole):
        raise ExpressionFault(
            "Unable to evaluate template language function 'substring'. The index and length parameters must refer to a location within "
            f"the string. The index parameter: '{first}', the length parameter: '{count}', the length of the string parameter: "
            f"'{len(whole)}'. Please see https://aka.ms/arm-functions#substring for usage details."
        )
    return whole[first : first + count]


@SHELF.add("toLower", 1)
def to_lower(text: Json) -> str:
    return text_of("toLower", text).lower()


@SHELF.add("toUpper", 1)
def to_upper(text: Json) -> str:
    return text_of("toUpper", text).upper()


@SHELF.add("trim", 1)
def trim(text: Json) -> str:
    return text_of("trim", text).strip()


@SHELF.add("uri", 2)
def uri(base: Json, relative: Json) -> str:
    """Below a base that ends with a slash, else in place of its last segment."""
    parts = urlsplit(text_of("uri", base))
    if not parts.scheme or not parts.netloc:
        raise wrong_arguments("uri", f"the base URI '{base}' is not an absolute URI.")
    return str(urljoin(base if parts.path else base + "/", text_of("uri", relative)))


@SHELF.add("uriComponent", 1)
def uri_component(text: Json) -> str:
    return quote(text_of("uriComponent", text), safe="")


@SHELF.add("uriComponentToString", 1)
def from_uri_component(text: Json) -> str:
    return unquote(text_of("uriComponentToString", text))


@SHELF.add("fail", 1)
def fail(message: Json) -> Json:
    raise ExpressionFault(text_of("fail", message))


def joined(values: tuple[Json, ...]) -> str:
    """``concat`` of scalars."""
    if not all(is_scalar(value) for value in values):
        raise wrong_arguments("concat", "the provided parameters must all be strings or all be arrays.")
    return "".join(as_text(value) for value in values)
