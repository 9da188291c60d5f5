"""The hours people write, as `Availability`: ``Mon 9am-noon``, ``Tues & Thu 14-16``, ``any time``.

Words stand for usual hours (and are reported as vague): morning 08-12, lunch 12-13, afternoon
13-17, evening 18-22, all day 09-17, after 2pm 14-18, before 11 08-11.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from cohortopt.model import DAYS, Availability, Span
from cohortopt.model.time import DAY_MINUTES

LONGEST = 8_000  # characters of a cell that are looked at
LONGEST_NIGHT = 12 * 60  # a span that ends before it starts is overnight if it is no longer

PARTS = {"morning": (480, 720), "lunch": (720, 780), "afternoon": (780, 1020),
         "evening": (1080, 1320), "all day": (540, 1020)}  # fmt: skip

_CANONICAL = re.compile(
    r"[A-Z][a-z]{2} \d\d:\d\d-\d\d:\d\d(?:; [A-Z][a-z]{2} \d\d:\d\d-\d\d:\d\d)*"
)
_TOKEN = re.compile(
    r"(?P<time>\d{1,5}(?:[:.h]\d{2}(?!\d))?)(?:\s?(?P<half>am|pm|a\.m\.?|p\.m\.?)(?![a-z]))?"
    r"(?:\s?(?:h|hrs?|uhr)(?![a-z]))?"
    r"|(?P<dash>[-–—−‐‑~→]+)|(?P<strong>[;\n|•])|(?P<weak>[,/&+])"
    r"|(?P<word>[^\W\d_]+)|(?P<other>\S)"
)

_DAY_WORDS = (
    "mon monday mondays lun lundi lunes mo montag",
    "tue tues tuesday tuesdays tu mar mardi martes di dienstag",
    "wed weds wednesday wednesdays we mer mercredi mie miércoles mié miercoles mi mittwoch",
    "thu thur thurs thursday thursdays th jeu jeudi jue jueves do donnerstag",
    "fri friday fridays fr ven vendredi vie viernes freitag",
    "sat saturday saturdays sa sam samedi sáb sab sábado sabado samstag",
    "sun sunday sundays su dim dimanche dom domingo so sonntag",
)
_DAY = {word: day for day, words in enumerate(_DAY_WORDS) for word in words.split()}
_WEEKDAYS, _WEEKEND, _DAILY = (0, 1, 2, 3, 4), (5, 6), (0, 1, 2, 3, 4, 5, 6)
_DAY_SETS = {
    "weekday": _WEEKDAYS, "weekdays": _WEEKDAYS, "workdays": _WEEKDAYS, "workday": _WEEKDAYS,
    "weekend": _WEEKEND, "weekends": _WEEKEND, "daily": _DAILY, "everyday": _DAILY,
}  # fmt: skip
_PART = {
    "morning": "morning", "mornings": "morning", "am": "morning", "vormittag": "morning",
    "matin": "morning", "lunch": "lunch", "lunchtime": "lunch", "lunchtimes": "lunch",
    "afternoon": "afternoon", "afternoons": "afternoon", "pm": "afternoon",
    "nachmittag": "afternoon", "evening": "evening", "evenings": "evening", "eve": "evening",
    "night": "evening", "nights": "evening", "abend": "evening", "soir": "evening",
}  # fmt: skip
_CLOCK_WORDS = {"noon": 720, "midday": 720, "midnight": 0}
_ANY = {"any", "anytime", "always", "flexible", "open", "whenever", "24/7"}
_TO = {"to", "until", "till", "til", "bis", "through", "thru", "à"}
_NOISE = {
    "on", "from", "at", "between", "in", "the", "local", "time", "times", "free", "available",
    "o", "clock", "ish", "only", "every", "and", "or", "oder", "ou", "und", "et", "y", "day",
    "days", "s", "i", "m", "am", "h", "hrs", "hours", "uhr", "all", "week", "full", "whole",
    "slot", "slots",
}  # fmt: skip
_AFTER, _BEFORE = {"after", "from", "past", "ab"}, {"before", "until", "till", "by", "vor"}
_EARLIEST, _LATEST, _LATER = 480, 1080, 1320  # "after 2pm" is 14-18, "after 5pm" 17-22
_BUT = re.compile(r"\b(?:except(?: for)?|but not|apart from|excluding)\b")
_CLOCK = r"\d{1,4}(?:[:.h]\d\d)?\s?(?:am|pm)?"
_HOURS_FIRST = re.compile(
    rf"\s*((?:from )?{_CLOCK}\s?(?:[-–—]|to)\s?{_CLOCK})(?:\s?(?:h|hrs|uhr))?\s+(?:on )?([^\d]+)$"
)
_LETTERS = re.compile(r"\b(?:m|tu?|w|th)(?:\s?[/&]\s?(?:tu?|w|th|f))+\b")  # "M/W/F"
_LETTER_DAYS = {
    "mwf": (0, 2, 4), "mw": (0, 2), "wf": (2, 4), "tth": (1, 3), "tuth": (1, 3), "tr": (1, 3),
    "mtw": (0, 1, 2), "mtwth": (0, 1, 2, 3), "mtwthf": (0, 1, 2, 3, 4), "mtwrf": (0, 1, 2, 3, 4),
    "mth": (0, 3), "mt": (0, 1), "tf": (1, 4), "thf": (3, 4), "mf": (0, 4),
}  # fmt: skip
_HEDGE = {"mostly", "usually", "ideally", "preferably", "maybe", "about", "around", "approx"}
_NEVER = {"never", "unavailable", "not available", "not free", "no hours"}


class Hours(NamedTuple):
    """What a cell says: the hours (None: unknown), and a code with the part it is about."""

    hours: Availability | None
    code: str = ""
    part: str = ""


def _always() -> Availability:
    return Availability.always()


@lru_cache(maxsize=50_000)
def read_hours(text: str) -> Hours:
    """Return the hours of one cell; any style, in time linear in its length.

    Examples
    --------
    >>> str(read_hours("Mon-Wed 9am-noon").hours)
    'Mon 09:00-12:00; Tue 09:00-12:00; Wed 09:00-12:00'
    """
    if _CANONICAL.fullmatch(text):
        try:
            return Hours(Availability.parse(text))
        except ValueError:
            pass
    if text in ("any", "never"):
        return Hours(_always() if text == "any" else Availability(spans=()))
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    plain = _LETTERS.sub(lambda found: re.sub(r"[^a-z]", "", found[0]), _days_first(plain))
    before, but, after = _split_once(_BUT, plain)
    if but and (without := _only_days(after)):
        return _without(_Parser(before).read(), without, plain)
    return _Parser(plain).read()


def _split_once(pattern: re.Pattern[str], text: str) -> tuple[str, str, str]:
    found = pattern.search(text)
    return (text[: found.start()], found[0], text[found.end() :]) if found else (text, "", "")


def _only_days(text: str) -> set[int]:
    """Return the days that a text names; none if it says anything else."""
    words = re.findall(r"\w+", text)
    if any(word not in _DAY and word not in _NOISE for word in words):
        return set()
    return {_DAY[word] for word in words if word in _DAY}


def _without(base: Hours, days: set[int], text: str) -> Hours:
    """Return the hours of a text before "except", without the days after it."""
    if base.hours is None:
        return Hours(None, "CO326", text)
    left = tuple(span for span in base.hours.spans if span.day not in days)
    return Hours(Availability(spans=left), base.code if base.code == "CO326" else "CO327", text)


def _days_first(text: str) -> str:
    """Return ``mon 9-11; tue 14-16`` for ``9-11 mon; 14-16 tue``."""
    parts = re.split(r"([;\n|,])", text)
    turned = [_HOURS_FIRST.match(part) for part in parts]
    if not any(turned) or any(
        not found and any(map(str.isdigit, part)) for part, found in zip(parts, turned, strict=True)
    ):
        return text
    return "".join(
        f"{found[2]} {found[1]}" if found else part
        for part, found in zip(parts, turned, strict=True)
    )


def spans_of(pieces: Iterable[tuple[int, int, int]]) -> Availability:
    """Return the availability of (day, start, end) pieces; pieces past midnight are cut."""
    spans = []
    for day, start, end in pieces:
        if end <= DAY_MINUTES:
            spans.append(Span(day=day, start=start, end=end))
        else:
            spans.append(Span(day=day, start=start, end=DAY_MINUTES))
            spans.append(Span(day=(day + 1) % 7, start=0, end=end - DAY_MINUTES))
    return Availability.of(spans)


class _Parser:
    """Reads days and hours from left to right; what it cannot place goes to ``odd``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_TOKEN.finditer(text))[:2000]
        self.pieces: list[tuple[int, int, int]] = []
        self.days: list[int] = []
        self.used = False  # whether the current days already have hours
        self.vague = False
        self.anything = False
        self.odd = ""
        self.denied = False

    def read(self) -> Hours:
        k = 0
        while k < len(self.tokens):
            k = self._step(k)
        self._close_days()
        if self.text.strip(" .!") in _NEVER:
            return Hours(Availability(spans=()), "CO327", self.text)
        if self.denied:
            return Hours(None, "CO326", self.text)
        if self.anything and not self.pieces and not self.odd:
            return Hours(_always(), "CO327", self.text)
        if not self.pieces:
            return Hours(None, "CO326", self.odd or self.text)
        hours = spans_of(self.pieces)
        if self.odd:
            return Hours(hours, "CO326", self.odd)
        return Hours(hours, "CO327" if self.vague else "CO211", self.text)

    def _reject(self, first: int, last: int) -> None:
        if not self.odd and self.tokens:
            end = self.tokens[min(last, len(self.tokens) - 1)].end()
            self.odd = self.text[self.tokens[first].start() : end].strip()

    def _close_days(self) -> None:
        if self.days and not self.used and not self.odd:
            self.odd = f"{DAYS[self.days[0]]} without hours"

    def _new_days(self) -> None:
        if self.used:
            self.days, self.used = [], False

    def _step(self, k: int) -> int:
        token = self.tokens[k]
        if token["time"]:
            return self._hours(k)
        if token["strong"]:
            if self.days and not self.used:
                self._close_days()
                self.days = []
            return k + 1
        if token["weak"] or token["dash"]:
            return k + 1
        if token["other"]:
            if token["other"] not in ".:()[]'\"’!":
                self._reject(k, k)
            return k + 1
        return self._word(k, token["word"])

    def _word(self, k: int, word: str) -> int:
        after = self.tokens[k + 1]["word"] if k + 1 < len(self.tokens) else None
        if word in _DAY:
            return self._day(k)
        if word in _CLOCK_WORDS:
            return self._hours(k)
        if word in _AFTER | _BEFORE and self._open_end(k + 1, word in _AFTER):
            return k + 2
        if word in _DAY_SETS:
            self._new_days()
            self.days.extend(_DAY_SETS[word])
            if len(self.tokens) == 1:
                self._part("all day")
        elif word in _LETTER_DAYS:
            self._new_days()
            self.days.extend(_LETTER_DAYS[word])
        elif word == "every" and after == "day":
            self._new_days()
            self.days.extend(_DAILY)
            return k + 2
        elif word in ("all", "whole", "full") and after == "day":
            self._part("all day")
            return k + 2
        elif word in _ANY:
            self.anything = True
        elif word in _PART:
            self._part(_PART[word])
        elif word in _HEDGE:
            self.vague = True
        elif word in ("not", "except", "no", "but", "cannot", "can't", "sauf", "nicht"):
            self.denied = True
        elif word not in _NOISE and word not in _TO:
            self._reject(k, k)
        return k + 1

    def _day(self, k: int) -> int:
        self._new_days()
        first = _DAY[self.tokens[k]["word"]]
        if k + 2 < len(self.tokens):
            between, last = self.tokens[k + 1], self.tokens[k + 2]["word"]
            if (between["dash"] or between["word"] in _TO) and last in _DAY:
                length = (_DAY[last] - first) % 7
                self.days.extend((first + step) % 7 for step in range(length + 1))
                return k + 3
        self.days.append(first)
        return k + 1

    def _open_end(self, k: int, after: bool) -> bool:
        """Read a time that starts or ends the free part of a day, unless it starts a range."""
        clock = self._clock(k) if k < len(self.tokens) else None
        if clock is None or self._has_end(k):
            return False
        hour, minute, half = clock
        late = half == "p" or (not half and hour < 8)
        at = (hour % 12 + 12 if late else hour) * 60 + minute
        start, end = (at, _LATEST if at < _LATEST - 60 else _LATER) if after else (_EARLIEST, at)
        if start < end:
            self.vague = True
            self._add(start, end)
        return start < end

    def _has_end(self, k: int) -> bool:
        """Whether a dash or a "to" follows the token, and something after that."""
        if k + 2 >= len(self.tokens):
            return False
        return bool(self.tokens[k + 1]["dash"]) or self.tokens[k + 1]["word"] in _TO

    def _part(self, name: str) -> None:
        start, end = PARTS[name]
        self.vague = True
        self._add(start, end)

    def _add(self, start: int, end: int) -> None:
        if not self.days:
            if self.odd:  # it may have named the days
                return
            self.days, self.vague = list(_WEEKDAYS), True
        self.used = True
        self.pieces.extend((day, start, end) for day in self.days)

    def _clock(self, k: int) -> tuple[int, int, str] | None:
        """Return (hour, minute, "a", "p", "24" or "" where it is open); None if it is no time."""
        token = self.tokens[k]
        if token["word"] in _CLOCK_WORDS:
            return _CLOCK_WORDS[token["word"]] // 60, 0, "24"
        if not token["time"]:
            return None
        hour, _, minute = re.sub("[.h]", ":", token["time"]).partition(":")
        if not minute and len(hour) in (3, 4):
            hour, minute = hour[:-2], hour[-2:]
        if len(hour) > 2 or int(hour) > 24 or int(minute or 0) > 59:
            return None
        half = (token["half"] or "")[:1]
        if half and not 1 <= int(hour) <= 12:
            half = ""
        if not half and len(hour) == 2 and hour[0] == "0":
            half = "24"
        return int(hour), int(minute or 0), half

    def _hours(self, k: int) -> int:
        """Read ``start - end`` from token ``k``; return the index after it."""
        start = self._clock(k)
        has_end = self._has_end(k)
        end = self._clock(k + 2) if has_end else None
        if start is None or end is None:
            self._reject(k, k + 2 if has_end else k)
            self.used = True
            return k + (3 if has_end else 1)
        span = _minutes(start, end)
        if span is None:
            self._reject(k, k + 2)
            self.used = True
        else:
            first, last, sure = span
            self.vague |= not sure
            self._add(first, last)
        return k + 3


def _minutes(
    start: tuple[int, int, str], end: tuple[int, int, str]
) -> tuple[int, int, bool] | None:
    """Return start and end in minutes (the end past midnight if overnight), and if it is sure."""
    (h1, m1, half1), (h2, m2, half2) = start, end
    first, last, sure = h1 * 60 + m1, h2 * 60 + m2, True
    if half2 in ("a", "p"):
        last = h2 % 12 * 60 + m2 + (720 if half2 == "p" else 0)
        if half1 == "" and 1 <= h1 <= 12:
            same = h1 % 12 * 60 + m1 + (720 if half2 == "p" else 0)
            first = same if same < last else h1 % 12 * 60 + m1
    if half1 in ("a", "p"):
        first = h1 % 12 * 60 + m1 + (720 if half1 == "p" else 0)
        if half2 == "" and 1 <= h2 <= 12:
            late = h2 % 12 * 60 + m2 + (720 if half1 == "p" else 0)
            last = late if late > first else h2 % 12 * 60 + m2 + 720
    if half1 == half2 == "" and h1 <= 12 and h2 < 12:
        if last <= first and last + 720 > first and m1 == m2 == 0 and h1 >= 6 and 1 <= h2 <= 8:
            last += 720  # "9-5"
        elif 1 <= h1 < h2 <= 7:
            first, last, sure = first + 720, last + 720, False  # "2-4"
    if last == 0:
        last = DAY_MINUTES
    if first >= DAY_MINUTES or last > DAY_MINUTES:
        return None
    if last <= first:
        last += DAY_MINUTES
        if last - first > LONGEST_NIGHT:
            return None
    return first, last, sure
