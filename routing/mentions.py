"""Where somebody who leaves is still named: the rules in force, and whom they stand in for or lead. Said to the managers."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.urls import reverse

from agency.messaging import Draft, staff_drafts, tell
from producers import leaving
from producers import roster as rosters
from producers.facts import Roster
from producers.managers import active_managers
from producers.models import Producer, Team, Territory
from routing.current import Configuration
from routing.engine import RuleSet, reach
from routing.engine.actions import whom

ALONE: Final = "Rule “{rule}” names {name} and nobody else: without them it finds nobody, and its leads go on to the next rule."
BESIDE: Final = "Rule “{rule}” names {name} beside {others}: it chooses among these alone then."
LAST_OF: Final = "Rule “{rule}” chooses among {whom}, and nobody but {name} is in it."
LAST_OF_TERRITORY: Final = "Rule “{rule}” chooses among a territory's team, and nobody but {name} is in the team of {places}."
BACKS_UP: Final = "{name} is the backup of {others}: name somebody else for that."
COVERS: Final = "{name} is the backup of {others}, the territory: name somebody else for that."
LEADS: Final = "{name} leads {others}, the team: name somebody else for that."
STEWARD: Final = "{name} is the steward of the plan {others}: from then on that is whoever has what nobody may take."
SERVES: Final = "{name} serves {count} client{s}: choose somebody else, or their next request may find nobody on record."
KIND: Final = "still_named"
SUBJECT: Final = "{name} no longer works here and is still named in {count} place{s}"


@dataclass(frozen=True, slots=True)
class Leaver:
    """Whoever leaves, as rules may speak of them."""

    key: str
    name: str
    level: str
    teams: frozenset[str]


def leaver_of(producer: Producer) -> Leaver:
    """The person as they now stand; one query."""
    return Leaver(producer.key, producer.name, producer.level, frozenset(producer.teams.values_list("key", flat=True)))


def mentions(producer: Producer, config: Configuration, remaining: Roster) -> list[str]:
    """Everything that would have to be put right when this person leaves, in sentences: rules first. Five queries.

    `remaining`: the roster without them.
    """
    return [*in_rules(leaver_of(producer), config.ruleset, remaining), *_elsewhere(producer)]


def in_rules(leaver: Leaver, ruleset: RuleSet, remaining: Roster) -> list[str]:
    """What the rules say of somebody, or of a group that is empty without them. Pure."""
    return [words for rule in ruleset.rules for words in _of_rule(rule.name, rule.then, leaver, remaining)]


def _of_rule(rule: str, then: Mapping[str, Any], leaver: Leaver, remaining: Roster) -> Iterator[str]:
    among = then.get("among")
    if then.get("person") == leaver.key:
        yield ALONE.format(rule=rule, name=leaver.name)
    elif among == "territory":
        emptied = {team for team in leaver.teams if not _pool("team", team, remaining)}
        if places := [one.name for one in remaining.territories if one.team in emptied]:
            yield LAST_OF_TERRITORY.format(rule=rule, name=leaver.name, places=_listed(places))
    elif isinstance(among, Mapping):
        group, value = next(iter(among.items()))
        if group == "people" and leaver.key in value:
            others = [remaining.producers[key].name for key in value if key in remaining.producers]
            yield (BESIDE if others else ALONE).format(rule=rule, name=leaver.name, others=_listed(others))
        elif (group, value) in _groups(leaver) and not _pool(group, value, remaining):
            yield LAST_OF.format(rule=rule, whom=whom(among, remaining), name=leaver.name)


def _groups(leaver: Leaver) -> set[tuple[str, str]]:
    return {("level", leaver.level), *(("team", team) for team in leaver.teams)}


def _pool(group: str, value: Any, remaining: Roster) -> bool:
    return bool(reach.pool({group: value}, remaining))


def _elsewhere(producer: Producer) -> Iterator[str]:
    """Whom they stand in for, what they lead, whose plans they answer for; four queries."""
    plans = apps.get_model("leads.Plan")._default_manager.filter(steward=producer, active=True)
    for sentence, names in (
        (BACKS_UP, producer.backs_up.filter(active=True).values_list("user__name", flat=True)),
        (COVERS, Territory.objects.filter(backup=producer, active=True).values_list("name", flat=True)),
        (LEADS, Team.objects.filter(lead=producer, active=True).values_list("name", flat=True)),
        (STEWARD, plans.values_list("name", flat=True)),
    ):
        if found := sorted(names):
            yield sentence.format(name=producer.name, others=_listed(found))


def tell_managers(producer: Producer, config: Configuration, now: datetime) -> None:
    """Whoever manages hears once a day at most where somebody who has left is still named; in the caller's transaction.

    Of somebody in marketing only the rules and their clients count: they may lead a team.
    """
    roster = config.roster
    found = in_rules(leaver_of(producer), config.ruleset, roster)
    found += [] if producer.active else list(_elsewhere(producer))
    path = reverse("admin:routing_ruleset_changelist")
    if count := leaving.clients_of(producer):
        path = path if found else reverse("admin:producers_producer_leave", args=[producer.pk])
        found.append(SERVES.format(name=producer.name, count=count, s="" if count == 1 else "s"))
    if found:
        tell(_drafts(producer, found, path, config, now), now)


def _drafts(producer: Producer, found: Iterable[str], path: str, config: Configuration, now: datetime) -> list[Draft]:
    sentences = list(found)
    digest = hashlib.blake2s("\n".join(sentences).encode(), digest_size=8).hexdigest()
    day = rosters.local_day(now, config.roster.timezone)
    managers = active_managers()
    return [
        draft
        for one in managers.exclude(pk=producer.pk).order_by("key")
        for draft in staff_drafts(
            KIND,
            user=one.user,
            channels=config.channels(one.key, KIND),
            subject=SUBJECT.format(name=producer.name, count=len(sentences), s="" if len(sentences) == 1 else "s"),
            body="\n".join(sentences),
            path=path,
            dedupe_key=f"{KIND}:{producer.key}:{day}:{digest}:{one.key}",
        )
    ]


def _listed(names: Iterable[str]) -> str:
    words = list(names)
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
