"""Counts in sentences: one person, two people."""

IRREGULAR = {"person": "people", "match": "matches", "breach": "breaches"}


def counted(number: float, thing: str, things: str = "") -> str:
    """Return a number and what it counts, in the singular for one.

    Parameters
    ----------
    number
        How many.
    thing, things
        The words after a one, and after any other number: with an s unless given (or irregular).
        Verbs may be part of both.

    Examples
    --------
    >>> counted(1, "seat"), counted(1470, "person"), counted(0.5, "hour")
    ('1 seat', '1,470 people', '0.5 hours')
    >>> counted(1, "person was", "people were")
    '1 person was'
    """
    shown = f"{number:,}" if isinstance(number, int) else f"{number:,g}"
    first, space, last = thing.rpartition(" ")
    many = things or first + space + IRREGULAR.get(last, f"{last}s")
    return f"{shown} {thing if number == 1 else many}"
