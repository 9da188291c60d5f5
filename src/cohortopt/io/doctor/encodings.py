"""From bytes to text: which encoding, and how sure that is."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from cohortopt.io.safe import quoted

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_COMMON = set("àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœščžğışłńćęąśźżőűřěůđÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŠČŽ")
_QUIET = set("‘’“”–—…•€£§°«»\u00a0¿¡·ªº™®©")
_GUESSES = ("cp1252", "mac_roman", "cp850", "shift_jis")
_SPOKEN = {"cp1252": "Windows-1252", "mac_roman": "Mac OS Roman", "cp850": "MS-DOS (850)",
           "shift_jis": "Shift JIS"}  # fmt: skip
_NEVER_UTF8 = re.compile(
    rb"[\xc0\xc1][\x80-\xbf]|\xe0[\x80-\x9f][\x80-\xbf]|\xed[\xa0-\xbf][\x80-\xbf]"
)
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_WORD = re.compile(r"[\w'’]+")


class UnreadableError(Exception):
    """The bytes cannot be text of a roster: code, row, what was found, what is expected."""

    def __init__(self, code: str, row: int, found: str, expected: str, fix: str = "") -> None:
        super().__init__(found)
        self.code, self.row, self.found, self.expected, self.fix = code, row, found, expected, fix


@dataclass
class Decoded:
    """Text, with the encoding that was used and remarks as (code, row, found, expected)."""

    text: str
    encoding: str
    remarks: list[tuple[str, int, str, str]] = field(default_factory=list)


def decode(data: bytes) -> Decoded:
    """Decode a text file: byte order marks, then UTF-8, then the likeliest older encoding.

    Raises
    ------
    UnreadableError
        If the bytes hold NUL, broken UTF-16, overlong forms or encoded surrogates.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError as error:
                if encoding == "utf-8-sig":
                    break
                row = data[: error.start].count(b"\n") + 1
                raise UnreadableError(
                    "CO104", row, f"broken {encoding.upper()}", "whole characters",
                    'Save as "CSV UTF-8".',
                ) from None  # fmt: skip
            _refuse_nul(text)
            return Decoded(text.removeprefix("\ufeff"), encoding)
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\x00" in data:
        _refuse_bytes_with_nul(data)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _older(data)


def _refuse_nul(text: str) -> None:
    at = text.find("\x00")
    if at >= 0:
        row = text.count("\n", 0, at) + 1
        raise UnreadableError("CO105", row, "a NUL character", "text", "Export the file again.")


def _refuse_bytes_with_nul(data: bytes) -> None:
    sample = data[:4000]
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    half = len(sample) / 2
    if max(odd, even) > 0.7 * half and min(odd, even) < 0.3 * half:
        name = "UTF-16 little endian" if odd > even else "UTF-16 big endian"
        raise UnreadableError(
            "CO104", 0, f"{name} without a byte order mark", "UTF-8, or UTF-16 with its mark",
            'Save as "CSV UTF-8".',
        )  # fmt: skip
    row = data[: data.index(b"\x00")].count(b"\n") + 1
    raise UnreadableError("CO105", row, "a NUL byte", "text", "Export the file again.")


def _older(data: bytes) -> Decoded:
    """Decode what is not UTF-8: a few odd lines, or a whole file in an older encoding."""
    if len(_MULTIBYTE.findall(data[:2_000_000])) > 0:
        bad = _NEVER_UTF8.search(data)
        lines = data.split(b"\n")
        odd = [k for k, line in enumerate(lines) if not _is_utf8(line)]
        accented = sum(1 for line in lines if not line.isascii())
        if bad and len(odd) < accented:
            row = data[: bad.start()].count(b"\n") + 1
            what = "an encoded surrogate" if bad.group()[:1] == b"\xed" else "an overlong character"
            raise UnreadableError("CO104", row, f"{what} in UTF-8", "valid UTF-8",
                                  "Export the file again.")  # fmt: skip
        if len(odd) < accented:
            return _mixed(lines, odd)
    best = max(_GUESSES, key=lambda name: _likelihood(data, name))
    text = data.decode(best, "replace")
    sample = max(_accented(text[:200_000]), key=lambda word: len(word[:20]), default="")
    code = "CO201" if best == "cp1252" else "CO301"
    return Decoded(text, best, [(code, 0, f"{_SPOKEN[best]}, e.g. {quoted(sample, 24)}", "UTF-8")])


def _accented(text: str) -> list[str]:
    """Return the words that hold a character beyond ASCII."""
    return [word for word in _WORD.findall(text) if not word.isascii()]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _mixed(lines: list[bytes], odd: list[int]) -> Decoded:
    strange = set(odd)
    texts, remarks = [], []
    for k, line in enumerate(lines):
        if k not in strange:
            texts.append(line.decode("utf-8"))
            continue
        text = line.decode("cp1252", "replace")
        word = next(iter(_accented(text)), "")
        remarks.append(("CO302", k + 1, f"{quoted(word, 24)} in Windows-1252", "UTF-8"))
        texts.append(text)
    return Decoded("\n".join(texts), "utf-8 and cp1252", remarks)


def _likelihood(data: bytes, encoding: str) -> float:
    """Return how much like names and words the non-ASCII characters look, per character.

    No-break spaces say nothing: the same byte is an accented letter elsewhere.
    """
    sample = data[:200_000]
    if encoding == "shift_jis":
        try:
            text = sample.decode(encoding, "strict" if len(data) <= len(sample) else "ignore")
        except UnicodeDecodeError:
            return -2.0
        wide = sum("\u3040" <= ch <= "\u30ff" or "\u4e00" <= ch <= "\u9fff" for ch in text)
        high = sum(not ch.isascii() for ch in text)
        return 1.2 if high and wide == high and wide >= 4 else -1.5
    text = sample.replace(b"\xa0", b" ").decode(encoding, "replace")
    score, high = 0.0, 0
    for at, ch in enumerate(text):
        if ch.isascii():
            continue
        high += 1
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if ch in _COMMON and (before.isalpha() or after.isalpha()):
            score += 1 if ch.islower() or not before.islower() else -0.5
        else:
            score += 0.2 if ch in _QUIET and not before.isalpha() else -1
    prior = 0.15 if encoding == "cp1252" else 0.0  # by far the commonest
    return score / max(high, 1) + prior
