"""Calendar files that take meetings out of calendars again (RFC 5546, 3.2.5)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from cohortopt.io import ics
from cohortopt.io.invites import HEAD, Sent

CANCELLED = "STATUS:CANCELLED"
_START = re.compile(r'DTSTART(?:;TZID="?([^":]+)"?)?:(\d{4})')


def cancellations(
    published: Mapping[str, Sent], files: Mapping[str, bytes], now: dt.datetime
) -> dict[str, bytes]:
    """Return a file for each published meeting that none of ``files`` holds any more.

    What was cancelled before is not cancelled again. No match's file has an underscore.
    """
    held = b"".join(files.values()).replace(b"\r\n ", b"").decode("utf-8")
    kept = set(re.findall(r"(?m)^UID:(.*)\r$", held))
    gone = sorted(
        (sent.content, uid)
        for uid, sent in published.items()
        if uid not in kept and CANCELLED not in sent.content
    )
    stamp = now.astimezone(dt.UTC)
    return {
        f"cancelled_{number}.ics": _file(uid, published[uid], stamp)
        for number, (_, uid) in enumerate(gone, start=1)
    }


def _file(uid: str, sent: Sent, now: dt.datetime) -> bytes:
    lines = [*HEAD, "METHOD:CANCEL"]
    for line in sent.content:
        start = _START.match(line)
        if start and start[1]:
            year = int(start[2])
            lines += ics.vtimezone(start[1], year - 1, year + 2)
    lines += ["BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{ics.local(now)}Z"]
    lines += [f"SEQUENCE:{sent.sequence + 1}", *sent.content, CANCELLED, "END:VEVENT"]
    return ics.folded([*lines, "END:VCALENDAR"]).encode("utf-8")
