"""Who stands in for somebody on leave, as pure functions of the roster and a day of the agency.

Leave is time off. Whoever stands in works the leads that come due meanwhile; the leads stay whose they are.
"""

from datetime import date

from producers.facts import Roster

LINKS = 3
"""How far a chain of backups is followed: a backup who is away too has a backup of their own."""


def is_away(key: str, roster: Roster, day: date) -> bool:
    """Whether the person has the day off, or no longer works here."""
    person = roster.producers.get(key)
    return person is None or any(start <= day <= end for start, end in person.time_off)


def stand_in(key: str, roster: Roster, day: date) -> str | None:
    """Who works this person's leads on the day: they themselves unless away, else their backup, else the backup's backup.

    None when everybody in the chain is away, or nobody is named.
    """
    asked: str | None = key
    for _ in range(LINKS + 1):
        if asked is None or not is_away(asked, roster, day):
            return asked
        person = roster.producers.get(asked)
        asked = person.backup if person else None
    return None


def covered_by(key: str, roster: Roster, day: date) -> frozenset[str]:
    """Everyone on leave for whom this person stands in on the day."""
    away = (one for one in roster.producers if one != key and is_away(one, roster, day))
    return frozenset(one for one in away if stand_in(one, roster, day) == key)
