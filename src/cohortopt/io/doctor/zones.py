"""The time zones people write, as names that the system knows."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from cohortopt.model.time import known_zones

_NAMES = """
America/New_York: eastern|et|eastern time|us eastern|edt|est/edt|new york city|nyc|boston|
 washington|washington dc|atlanta|miami|eastern standard time|us/eastern|us east|east coast|toronto
America/Chicago: central|ct|central time|us central|cdt|dallas|houston|austin|us/central
America/Denver: mountain|mt|mountain time|us mountain|mdt|salt lake city|us/mountain
America/Los_Angeles: pacific|pt|pacific time|us pacific|pdt|san francisco|sf|seattle|san diego|
 bay area|silicon valley|pacific standard time|us/pacific|us west|west coast|portland|california
America/Sao_Paulo: brt|brasilia|brazil|rio de janeiro|rio|brasil
America/Argentina/Buenos_Aires: art|argentina
America/Bogota: colombia
America/Lima: peru
America/Santiago: chile
America/Mexico_City: mexico|cdmx
America/Halifax: atlantic|atlantic time|adt
America/St_Johns: newfoundland|newfoundland and labrador
America/Anchorage: alaska|alaskan|akst|akdt
Pacific/Honolulu: hawaii|hawaiian|hst
Europe/London: uk|gb|united kingdom|england|gmt/bst|great britain|scotland|wales|edinburgh|
 manchester|birmingham|british time|uk time|greenwich mean time|cardiff|glasgow|leeds|bristol
Europe/Dublin: ireland
Europe/Lisbon: portugal
Europe/Paris: france|romance|lyon|marseille
Europe/Berlin: germany|central european time|cet/cest|munich|hamburg|frankfurt|cologne|w. europe|
 deutschland|munchen|central europe|central european
Europe/Madrid: spain|barcelona|espana
Europe/Rome: italy|milan|milano|roma
Europe/Amsterdam: netherlands|the netherlands|holland|rotterdam
Europe/Brussels: belgium
Europe/Zurich: switzerland|geneva|bern|basel
Europe/Vienna: austria|wien
Europe/Stockholm: sweden|gothenburg
Europe/Oslo: norway
Europe/Copenhagen: denmark
Europe/Helsinki: finland|fle
Europe/Warsaw: poland|krakow
Europe/Prague: czechia|czech republic
Europe/Budapest: hungary
Europe/Bucharest: romania|eastern european time
Europe/Athens: greece
Europe/Istanbul: turkey|turkiye|ankara|trt
Europe/Kyiv: ukraine|kiev
Europe/Moscow: msk|russian|st. petersburg
Africa/Johannesburg: south africa|cape town|sast
Africa/Lagos: nigeria|wat|west africa
Africa/Nairobi: kenya|eat|e. africa
Africa/Cairo: egypt
Asia/Jerusalem: israel|tel aviv
Asia/Dubai: uae|abu dhabi|united arab emirates|gst|arabian
Asia/Riyadh: saudi arabia|arab
Asia/Karachi: pakistan|pkt|islamabad|lahore
Asia/Kolkata: india|bangalore|bengaluru|mumbai|delhi|new delhi|chennai|hyderabad|pune|bombay|
 india standard time|india time
Asia/Kathmandu: nepal
Asia/Dhaka: bangladesh
Asia/Bangkok: thailand|ict
Asia/Ho_Chi_Minh: vietnam|hanoi
Asia/Jakarta: indonesia|wib
Asia/Singapore: sgt|singapore time
Asia/Kuala_Lumpur: malaysia
Asia/Manila: philippines
Asia/Hong_Kong: hkt|hong kong sar
Asia/Shanghai: china|beijing|shenzhen
Asia/Taipei: taiwan
Asia/Seoul: korea|south korea|kst
Asia/Tokyo: japan|jst|osaka
Australia/Sydney: aest|aedt|aest/aedt|canberra|a.u.s. eastern|sydney time
Australia/Brisbane: e. australia
Australia/Adelaide: acst|acdt|cen. australia
Australia/Perth: awst|w. australia
Pacific/Auckland: new zealand|nzst|nzdt|nzt|wellington
""".replace("|\n ", "|").replace("\n ", "|")  # fmt: skip

# Abbreviations that say a fixed offset, or are used in several places: read, with a warning.
_UNSURE = {
    "est": "America/New_York", "mst": "America/Denver", "pst": "America/Los_Angeles",
    "gmt": "Europe/London", "bst": "Europe/London", "wet": "Europe/Lisbon",
    "cet": "Europe/Berlin", "cest": "Europe/Berlin", "eet": "Europe/Helsinki",
    "eest": "Europe/Helsinki", "ist": "Asia/Kolkata", "aest": "Australia/Sydney",
    "ast": "America/Halifax",
}  # fmt: skip
_AMBIGUOUS = {"cst": "America/Chicago, Asia/Shanghai or America/Havana"}
_OFFSET = re.compile(r"^(?:utc|gmt|z)?\s*([+-])\s*(\d{1,2})(?:[:.]?(\d{2}))?\s*(?:h|hours)?$")
_BRACKET = re.compile(r"\[?\(?(?:gmt|utc)\s*([+-]\d{1,2}:?\d{0,2})\)?\]?")
_IN_BRACKETS = re.compile(r"[\[(][^\])]*[\])]")


class Zone(NamedTuple):
    """A zone's name (None: unknown), a code, and what is said about it."""

    name: str | None
    code: str = ""
    note: str = ""


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("−", "-").replace("–", "-")).casefold()
    return " ".join("".join(ch for ch in plain if not unicodedata.combining(ch)).split())


@lru_cache(maxsize=1)
def _index() -> tuple[dict[str, str], dict[str, str]]:
    """Return IANA names by their small form, and what people call them."""
    iana = {name.casefold(): name for name in known_zones()}
    said: dict[str, str] = {}
    cities: dict[str, set[str]] = {}
    for name in known_zones():
        if "/" in name and not name.startswith(("Etc/", "posix/", "right/", "SystemV/", "US/")):
            cities.setdefault(name.rsplit("/", 1)[1].replace("_", " ").casefold(), set()).add(name)
    for city, names in cities.items():
        said[city] = min(names, key=lambda name: (name.count("/"), name))
    for line in _NAMES.strip().splitlines():
        name, _, words = line.partition(": ")
        if name in known_zones():
            said.update({_fold(word): name for word in words.split("|") if word})
    return iana, said


@lru_cache(maxsize=5000)
def read_zone(text: str) -> Zone:
    """Return the zone of one cell.

    Names of the known list are taken as they are; cities, countries and everyday names are
    looked up; offsets stay offsets, with a warning, for they know no daylight saving.

    Examples
    --------
    >>> read_zone("London").name, read_zone("GMT+1").name, read_zone("Mars/Olympus").name
    ('Europe/London', 'UTC+01:00', None)
    """
    if len(text) > 200:
        return Zone(None, "CO324")
    if text == "UTC" or ("/" in text and text in known_zones()):
        return Zone(text)
    key = _fold(text)
    if key in ("utc", "z", "zulu", "coordinated universal time"):
        return Zone("UTC", "" if text == "UTC" else "CO210", "UTC")
    offset = _OFFSET.match(key)
    if offset:
        return _fixed(offset[1], offset[2], offset[3])
    if key in _AMBIGUOUS:
        return Zone(None, "CO324", f"could be {_AMBIGUOUS[key]}")
    if key in _UNSURE:
        return Zone(_UNSURE[key], "CO325", f"read as {_UNSURE[key]}")
    iana, said = _index()
    if key not in said and (key in iana or key.replace(" ", "_") in iana):
        name = iana.get(key) or iana[key.replace(" ", "_")]
        return Zone(name, "" if name == text else "CO210", f"read as {name}")
    bare = _IN_BRACKETS.sub("", key).strip()
    for candidate in (key, bare, bare.partition(":")[0].strip(), bare.partition(",")[0].strip(),
                      re.sub(r" (standard |daylight |summer )?time$", "", bare)):  # fmt: skip
        if candidate in said:
            return Zone(said[candidate], "CO210", f"read as {said[candidate]}")
    inner = ",".join(part.strip("[]()") for part in _IN_BRACKETS.findall(key))
    for city in re.split(r"[,;:]\s*", f"{bare},{inner}"):
        if city.strip() in said:
            return Zone(said[city.strip()], "CO210", f"read as {said[city.strip()]}")
    if bare in _UNSURE:
        return Zone(_UNSURE[bare], "CO325", f"read as {_UNSURE[bare]}")
    inside = _BRACKET.search(key)
    offset = _OFFSET.match(inside[1]) if inside else None
    return _fixed(offset[1], offset[2], offset[3]) if offset else Zone(None, "CO324")


def _fixed(sign: str, hours: str, minutes: str | None) -> Zone:
    ahead = int(hours) * 60 + int(minutes or 0)
    if int(minutes or 0) % 15 or (ahead > 14 * 60 if sign == "+" else ahead > 12 * 60):
        return Zone(None, "CO324", "offsets run from UTC-12:00 to UTC+14:00")
    name = f"UTC{sign}{ahead // 60:02d}:{ahead % 60:02d}"
    return Zone(name, "CO325", f"read as {name} all year, without daylight saving")


def suggest_zone(text: str) -> str | None:
    """Return a zone or city whose name is nearly the text, if there is one."""
    from rapidfuzz import fuzz, process

    iana, said = _index()
    found = process.extractOne(
        _fold(text)[:60], [*said, *iana], scorer=fuzz.ratio, score_cutoff=82.0
    )
    return (said.get(found[0]) or iana[found[0]]) if found else None
