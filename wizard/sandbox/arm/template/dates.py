"""Date functions. https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-date

Owns the arithmetic of dates and ISO 8601 durations; ``utcNow`` reads the clock and lives with the evaluator.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from wizard.sandbox.arm.template.faults import wrong_arguments
from wizard.sandbox.arm.template.formats import date_text
from wizard.sandbox.arm.template.library import Shelf
from wizard.sandbox.arm.template.strings import number_of, text_of

Json = Any
SHELF = Shelf()
DURATION = re.compile(
    r"(?P<sign>-)?P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
FORMS = (
    ("%Y-%m-%d %H:%M:%SZ", "u"),
    ("%Y-%m-%dT%H:%M:%SZ", "yyyy-MM-ddTHH:mm:ssZ"),
    ("%Y-%m-%dT%H:%M:%S.%fZ", "yyyy-MM-ddTHH:mm:ss.fffffffZ"),
    ("%Y%m%dT%H%M%SZ", "yyyyMMddTHHmmssZ"),
    ("%Y-%m-%dT%H:%M:%S", "s"),
    ("%Y-%m-%d %H:%M:%S", "yyyy-MM-dd HH:mm:ss"),
    ("%Y-%m-%d", "yyyy-MM-dd"),
)


def read_date(function: str, text: str) -> tuple[datetime, str]:
    """The moment that a text names, in UTC, and the pattern that it is written in."""
    short = re.sub(r"(\.\d{6})\d+", r"\1", text)
    for form, pattern in FORMS:
        try:
            return datetime.strptime(short, form).replace(tzinfo=UTC), pattern
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(short).astimezone(UTC), "yyyy-MM-ddTHH:mm:ssZ"
    except ValueError:
        raise wrong_arguments(function, f"the value '{text}' is not a valid date time.") from None


def shifted(moment: datetime, duration: str) -> datetime:
    """The moment moved by an ISO 8601 duration; months and years keep the day where the month has it."""
    match = DURATION.fullmatch(duration)
    if match is None or duration.rstrip("T").endswith("P"):
        raise wrong_arguments("dateTimeAdd", f"the duration '{duration}' is not a valid ISO 8601 duration.")
    part = {name: float(text or 0) for name, text in match.groupdict().items() if name != "sign"}
    sign = -1 if match["sign"] else 1
    months = moment.year * 12 + moment.month - 1 + sign * int(part["years"] * 12 + part["months"])
    year, month = months // 12, months % 12 + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    rest = {name: part[name] for name in ("weeks", "days", "hours", "minutes", "seconds")}
    return moment.replace(year=year, month=month, day=day) + sign * timedelta(**rest)


@SHELF.add("dateTimeAdd", 2, 3)
def date_time_add(base: Json, duration: Json, pattern: Json = None) -> str:
    moment, own = read_date("dateTimeAdd", text_of("dateTimeAdd", base))
    return date_text(shifted(moment, text_of("dateTimeAdd", duration)), pattern or own)


@SHELF.add("dateTimeFromEpoch", 1)
def date_time_from_epoch(seconds: Json) -> str:
    return date_text(datetime.fromtimestamp(number_of("dateTimeFromEpoch", seconds), UTC), "yyyy-MM-ddTHH:mm:ssZ")


@SHELF.add("dateTimeToEpoch", 1)
def date_time_to_epoch(text: Json) -> int:
    return int(read_date("dateTimeToEpoch", text_of("dateTimeToEpoch", text))[0].timestamp())
