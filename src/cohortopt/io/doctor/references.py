"""Wishes, vetoes, past partners and managers: ids, names or addresses become ids.

A mistyped name is resolved only if exactly one person is nearest, and at least `SIMILAR` alike
(optimal string alignment, 1 - edits / longer length). Everything else is suggested or reported.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from cohortopt.io.doctor.cells import BLANK_WORDS, plain
from cohortopt.io.doctor.people import Draft, name_fold
from cohortopt.io.doctor.remarks import Remarks

SIMILAR = 0.85
SUGGESTED = 0.7
MOST_COMPARISONS = 5_000_000
LISTS = ("prefers", "vetoes", "past")

_STRONG = re.compile(r"[;\n|]")
_WEAK = re.compile(r",|&|\band\b", re.I)
_MARKS = re.compile(r"^\(?\d{1,2}[.):]\s+|^[-*•]\s+|\s*\([^()]*\)$")  # "1. Ann Lee (Finance)"
_NOBODY = BLANK_WORDS | {"nobody", "noone", "no one", "anyone", "anybody", "no preference", "all"}


class Found(NamedTuple):
    """Whom a text names (None: nobody), with a code and a suggestion."""

    id: str | None
    code: str = ""
    hint: str = ""


class Index:
    """Finds people by id, e-mail address or name."""

    def __init__(self, people: Iterable[Draft]) -> None:
        self.ids: dict[str, str] = {}
        self.small: dict[str, set[str]] = {}
        self.emails: dict[str, set[str]] = {}
        self.names: dict[str, set[str]] = {}
        self.memo: dict[str, Found] = {}
        self.compared = 0
        for draft in people:
            self.ids[draft.id] = draft.id
            self.small.setdefault(draft.id.casefold(), set()).add(draft.id)
            email = str(draft.fields.get("email", "")).casefold()
            if email:
                self.emails.setdefault(email, set()).add(draft.id)
            for name in {draft.name, draft.attributes.get("preferredName", "")}:
                fold = name_fold(name)
                if fold:
                    self.names.setdefault(fold, set()).add(draft.id)
        self.folds = sorted(self.names)

    def find(self, text: str) -> Found:
        """Return whom a text names: an id, an address, a name, a nearly right name."""
        if text in self.ids:
            return Found(text)
        found = self.memo.get(text)
        if found is None:
            found = self.memo[text] = self._search(text)
        return found

    def _search(self, text: str) -> Found:
        bare = _MARKS.sub("", text).strip()
        found = self._by_words(text)
        if found.id is None and bare and bare != text:
            again = self.find(bare)
            found = again._replace(code=again.code or "CO213") if again.id else found
        return found

    def _by_words(self, text: str) -> Found:
        key = text.casefold()
        for table, code in ((self.small, ""), (self.emails, "CO213")):
            if key in table:
                return self._one(table[key], code)
        fold = name_fold(text)
        if fold in self.names:
            return self._one(self.names[fold], "CO213")
        if text.count(",") == 1:
            last, first = text.split(",")
            flipped = name_fold(f"{first} {last}")
            if flipped in self.names:
                return self._one(self.names[flipped], "CO213")
            near = self._near(flipped)
            if near.id:
                return near
        return self._near(fold)

    def _one(self, ids: set[str], code: str) -> Found:
        if len(ids) == 1:
            return Found(next(iter(ids)), code)
        return Found(None, "CO341", "use " + " or ".join(sorted(ids)[:4]))

    def _near(self, fold: str) -> Found:
        called = self._called(fold)
        if called:
            return Found(None, "CO340", f"Did you mean {called}?")
        if len(fold) < 4 or len(fold) > 100 or not re.search(r"[^\W\d]{2}", fold):
            return Found(None, "CO340")
        self.compared += len(self.folds)
        if self.compared > MOST_COMPARISONS:
            return Found(None, "CO340")
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        best = process.extract(
            fold, self.folds, scorer=OSA.normalized_similarity, score_cutoff=SUGGESTED, limit=3
        )
        if not best:
            return Found(None, "CO340")
        name, score, _ = best[0]
        ids = self.names[name]
        alone = len(best) == 1 or best[1][1] < score
        digits = re.sub(r"\D", "", name) == re.sub(r"\D", "", fold)
        if score >= SIMILAR and alone and len(ids) == 1 and digits:
            return Found(next(iter(ids)), "CO214")
        return Found(None, "CO340", f"Did you mean {min(ids)}?" if alone else "")

    def _called(self, fold: str) -> str:
        """Return the only person whose name starts with these words: ``bob``, ``bob h``."""
        at = bisect_left(self.folds, fold)
        nearest = [name for name in self.folds[at : at + 2] if name.startswith(fold)]
        ids = self.names[nearest[0]] if len(nearest) == 1 else set()
        return next(iter(ids)) if len(ids) == 1 and len(fold) > 1 else ""

    def split(self, text: str) -> list[str]:
        """Return the entries of a list cell; commas separate only where no name holds them."""
        if text in self.ids:
            return [text]
        entries: list[str] = []
        for part in _STRONG.split(text):
            part = part.strip()
            if not part:
                continue
            if _WEAK.search(part) and self.find(part).id is None:
                pieces = [piece.strip() for piece in _WEAK.split(part) if piece.strip()]
                entries.extend(pieces)
            else:
                entries.append(part)
        return entries


def resolve(people: dict[str, Draft], remarks: list[Remarks], labels: list[dict[str, str]]) -> None:
    """Replace the texts in ``refs`` by ids in ``fields``; ``labels`` name a file's columns."""
    index = Index(people.values())
    for draft in people.values():
        log, names = remarks[draft.part], labels[draft.part]
        for column in LISTS:
            text = draft.refs.get(column)
            if text:
                found = _list_of(draft, text, index, log, names.get(column, column))
                if found:
                    draft.fields[column] = found
        manager = draft.refs.get("manager")
        if manager:
            _set_manager(draft, manager, index, log, names.get("manager", "manager"))
        both = set(draft.fields.get("prefers", ())) & set(draft.fields.get("vetoes", ()))
        if both:
            kept = tuple(one for one in draft.fields["prefers"] if one not in both)
            draft.fields["prefers"] = kept
            log.add("CO343", draft.row, names.get("prefers", "prefers"),
                    log.quote("; ".join(sorted(both))), "a wish or a veto")  # fmt: skip
    _report_cycles(people, remarks, labels)


def _list_of(draft: Draft, text: str, index: Index, log: Remarks, label: str) -> tuple[str, ...]:
    ids: list[str] = []
    for entry in index.split(text):
        found = index.find(entry)
        if plain(entry) in _NOBODY and found.id != entry:  # unless somebody is called so
            continue
        if found.id == draft.id:
            log.add("CO342", draft.row, label, log.quote(entry), "somebody else")
        elif found.id is None:
            log.add(found.code, draft.row, label, log.quote(entry), "somebody of the roster",
                    found.hint or None)  # fmt: skip
        else:
            if found.code:
                log.add(
                    found.code, draft.row, label, log.quote(entry), f"an id; read as {found.id}"
                )
            if found.id not in ids:
                ids.append(found.id)
    return tuple(ids)


def _set_manager(draft: Draft, text: str, index: Index, log: Remarks, label: str) -> None:
    found = index.find(text)
    if plain(text) in BLANK_WORDS and found.id != text:  # unless somebody is called so
        log.add("CO320", draft.row, label, log.quote(text), "the manager's id")
    elif found.id == draft.id:
        log.add("CO342", draft.row, label, log.quote(text), "somebody else")
    elif found.id is not None:
        draft.fields["manager"] = found.id
        if found.code:
            log.add(found.code, draft.row, label, log.quote(text), f"an id; read as {found.id}")
    elif found.code == "CO341":
        log.add("CO341", draft.row, label, log.quote(text), "one person", found.hint)
    else:
        draft.attributes["manager_outside"] = text
        log.add("CO345", draft.row, label, log.quote(text), "somebody of the roster",
                found.hint or None)  # fmt: skip


def _report_cycles(
    people: dict[str, Draft], remarks: list[Remarks], labels: list[dict[str, str]]
) -> None:
    """Report everyone on a circle of managers, once."""
    state: dict[str, int] = {}  # 1 on the current path, 2 done
    for start in people:
        path: list[str] = []
        here: str | None = start
        while here is not None and here not in state and here in people:
            state[here] = 1
            path.append(here)
            here = people[here].fields.get("manager")
        if here is not None and state.get(here) == 1 and here in path:
            circle = path[path.index(here) :]
            for one in circle:
                draft = people[one]
                log = remarks[draft.part]
                log.add("CO344", draft.row, labels[draft.part].get("manager", "manager"),
                        log.quote(" > ".join(circle[:6])), "managers without a circle")  # fmt: skip
        state.update(dict.fromkeys(path, 2))
