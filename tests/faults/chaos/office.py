"""The demo agency with an hour that passes in seconds: the same people, rules, plans and ladder, and nobody's day ends."""

import re
from pathlib import Path
from typing import Any

import yaml

DEMO = Path("agency/agencyfile/demo.yaml")
MINUTES = {"s": 1 / 60, "m": 1, "h": 60, "d": 1440}
ALWAYS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00")


def seconds_for(length: str, minute: float) -> str:
    """`5m` → `5s` where a minute passes in a second. What comes after the first hour stays where it is."""
    number, unit = re.fullmatch(r"(\d+)([smhd])", length).groups()  # type: ignore[union-attr]
    minutes = int(number) * MINUTES[unit]
    return length if minutes > 60 else f"{max(round(minutes * minute), int(minutes > 0))}s"


def compressed(minute: float) -> dict[str, Any]:
    """The demo's agency file in which a minute of the first hour takes `minute` seconds. Nobody is full, closed or off."""
    data = yaml.safe_load(DEMO.read_text())
    data["agency"] |= {"hours": ALWAYS, "holidays": None}
    for person in data["people"]:
        person.pop("caps", None)
        person.pop("hours", None)
    for plan in data["follow_up"]:
        for step in plan["steps"]:
            step["after"] = seconds_for(step["after"], minute)
    for rung in data["escalation"]["rungs"]:
        rung["after"] = seconds_for(rung["after"], minute)
    for rule in data["rules"]:
        if "hold_seconds" in rule["then"]:
            rule["then"]["hold_seconds"] = max(2, round(rule["then"]["hold_seconds"] / 60 * minute))
    return data


def write(path: Path, minute: float) -> Path:
    """The file, to be imported."""
    path.write_text(yaml.safe_dump(compressed(minute), sort_keys=False))
    return path
