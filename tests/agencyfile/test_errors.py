"""What is wrong with a file is said completely, each with its path, and nothing is written."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agency.agencyfile import AgencyFileError, check, load
from agency.agencyfile.reading import MOST_BYTES
from agency.models import Agency
from tests.agencyfile.conftest import NOW, Data

pytestmark = pytest.mark.django_db


def problems_of(data: Any) -> list[str]:
    """Everything that is wrong with these values."""
    with pytest.raises(AgencyFileError) as caught:
        check(data)
    return caught.value.problems


def put(data: Any, path: str, value: Any) -> None:
    """Set the value at a dotted path; numbers count into lists."""
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in parents:
        data = data[part]
    data[last] = value


WRONG = {
    "version": (2, "version: 2 is not a version"),
    "agncy": ({}, "agncy: no such key"),
    "agency.name": ("", "agency.name: is missing"),
    "agency.phone": ("555", 'agency.phone: "555" is no phone number'),
    "agency.website": ("harborpoint", "agency.website: "),
    "agency.timezone": ("New York", 'agency.timezone: "New York" is no timezone'),
    "agency.hours.mon": ("9-18", 'agency.hours.mon: "9-18" is no stretch'),
    "agency.hours.monday": ("09:00-18:00", "agency.hours.monday: no such day"),
    "agency.hours": ({}, "agency.hours: must give the hours of at least one day"),
    "agency.holidays": ("Mars", 'agency.holidays: "Mars" is no calendar'),
    "agency.fallback": ("mia", 'agency.fallback: there is no person "mia" who may own leads'),
    "agency.notify.assigned": (["pigeon"], 'agency.notify.assigned[0]: "pigeon" is not one of'),
    "agency.notify.arrived": (["sms"], "agency.notify.arrived: no such key"),
    "agency.targets.lead_to_bind": (18, "agency.targets.lead_to_bind: must be a number from 0 to 1"),
    "teams.0.lead": ("zoe", 'teams[0].lead: there is no person "zoe"'),
    "teams.1.key": ("north", 'teams[1].key: "north" is given twice'),
    "people": ({}, "people: must be a list"),
    "people.0": ("rosa", "people[0]: must be a mapping"),
    "people.1.key": ("sarah m", 'people[1].key: "sarah m" is no key'),
    "people.1.email": ("sarah@", 'people[1].email: "sarah@" is no e-mail'),
    "people.2.email": ("Sarah@HarborPoint.example", 'people[2].email: "sarah@harborpoint.example" is given twice'),
    "people.1.role": ("boss", 'people[1].role: "boss" is not one of'),
    "people.1.teams": (["east"], 'people[1].teams[0]: there is no team "east"'),
    "people.1.lines": (["spaceship"], 'people[1].lines[0]: there is no line "spaceship"'),
    "people.1.weight": (-1, "people[1].weight: must be a number from 0"),
    "people.1.backup": ("sarah", "people[1].backup: nobody can be their own backup"),
    "people.1.caps.day": (1.5, "people[1].caps.day: must be a whole number"),
    "people.1.caps.only": ([{"day": 2}], "people[1].caps.only[0]: must name a family, a tier, or both"),
    "people.2.caps.only": ([{"tier": "hot", "hour": 2}], "people[2].caps.only[0].hour: no such key"),
    "people.3.caps.only": ([{"tier": "hot", "day": 2}] * 2, 'people[3].caps.only[1]: "hot" is given twice'),
    "people.1.caps.year": (5, "people[1].caps.year: no such key"),
    "people.2.licenses.0.state": ("NO", 'people[2].licenses[0].state: "NO" is no state'),
    "people.2.licenses.0.authority": (["propertee"], 'people[2].licenses[0].authority[0]: "propertee" is not one of'),
    "people.2.licenses.0.effective": ("2022-02-30", 'people[2].licenses[0].effective: "2022-02-30" is no date'),
    "people.2.licenses.0.expires": ("2021-01-01", "people[2].licenses[0].expires: ends before it begins"),
    "people.2.licenses.0.resident": ("maybe", "people[2].licenses[0].resident: must be true or false"),
    "people.1.licenses.1": (
        {"state": "NY", "number": "1000002", "authority": ["life"], "effective": "2020-01-01", "expires": "2030-01-01"},
        'people[1].licenses[1].number: "NY 1000002" is given twice',
    ),
    "people.3.time_off.0.to": ("2026-12-20", "people[3].time_off[0].to: ends before it begins"),
    "territories.0.zips": (["10099-10001"], 'territories[0].zips[0]: "10099-10001" ends before it begins'),
    "territories.0.counties": (["Kings"], 'territories[0].counties[0]: "Kings" is no county'),
    "territories.1.counties": (["NY/Nowhere County"], 'territories[1].counties[0]: there is no county "NY/Nowhere County"'),
    "territories.0.states": ([False], "territories[0].states[0]: the file says false"),
    "territories.0.backup": ("mia", 'territories[0].backup: there is no owner "mia"'),
    "sources.0.kind": ("magic", 'sources[0].kind: "magic" is not one of'),
    "sources.0.cost_per_lead": (1.005, "sources[0].cost_per_lead: at most two digits"),
    "score_model.rules.0.event": (["E mail OPEN"], "score_model.rules[0].event[0]: must be the name of a kind of event"),
    "score_model.rules.0.points": ("many", "score_model.rules[0].points: "),
    "rules.2.when.tier": ("lukewarm", "rules[2].when.tier: "),
    "rules.2.when.counties": (["NY/Nowhere County"], "rules[2].when.counties: there is no county 'NY/Nowhere County'"),
    "rules.2.when.attributes": ({"age": "9-2"}, "rules[2].when.attributes: '9-2' is a range that ends before it begins"),
    "rules.2.when.premium_over": (-1, "rules[2].when.premium_over: must be an amount, 0 or more"),
    "rules.2.when.premium_under": (0, "rules[2].when.premium_under: must be an amount above 0"),
    "rules.2.when.moon": ("full", "rules[2].when.moon: "),
    "rules.2.then": ({"nurture": "weekly"}, "rules[2].then.nurture: there is no plan 'weekly'"),
    "rules.3.then": ({"nurture": "after_quote"}, "rules[3].then.nurture: the plan 'after_quote' does not start with nurture"),
    "rules.4.then.among.team": ("east", "rules[4].then.among.team: there is no team 'east'"),
    "rules.1.name": ("Existing clients go to whoever serves them", "rules[1].name: "),
    "follow_up.0.when.sources": (["nowhere"], "follow_up[0].when.sources: there is no source 'nowhere'"),
    "follow_up.0.stops": (["bored"], 'follow_up[0].stops[0]: "bored" is not one of'),
    "follow_up.0.steps.0.after": ("soon", 'follow_up[0].steps[0].after: "soon" is no length of time'),
    "follow_up.0.steps.1.template": ("intro", 'follow_up[0].steps[1].template: there is no sms template "intro"'),
    "follow_up.0.steps.2.template": (None, "follow_up[0].steps[2].template: needs a template"),
    "follow_up.0.steps.3.start": ("monthly", "follow_up[0].steps[3]: must say either"),
    "follow_up.0.steps.10.start": ("speed_to_lead", "follow_up[0].steps[10].start: a plan cannot start itself"),
    "follow_up.2.steward": ("mia", 'follow_up[2].steward: there is no owner "mia"'),
    "follow_up.2.repeats": ("0d", "follow_up[2].repeats: must be longer"),
    "templates.0.body": ("{{ lead.salary }}", "templates[0].body: {{ lead.salary }} is not known"),
    "templates.5.subject": (None, "templates[5].subject: is missing"),
    "escalation.rungs.0.after": ("5 minutes", "escalation.rungs[0].after: "),
    "escalation.rungs.0.to": ("police", "escalation.rungs[0].to: "),
    "escalation.backup_minimum_capacity_score": (11, "escalation.backup_minimum_capacity_score: "),
}


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_value_is_named_with_its_path(data: Data, path: str) -> None:
    value, said = WRONG[path]
    put(data, path, value)
    assert any(problem.startswith(said) for problem in problems_of(data)), problems_of(data)


def test_a_wrong_value_is_one_problem_and_not_several(data: Data) -> None:
    put(data, "people.2.licenses.0.state", "XX")
    assert problems_of(data) == ['people[2].licenses[0].state: "XX" is no state: write two capital letters, such as NY']


def test_everything_wrong_is_said_at_once(data: Data) -> None:
    for path, value in (("agency.phone", "1"), ("people.1.role", "boss"), ("rules.2.when.tier", "x"), ("escalation.rungs", 7)):
        put(data, path, value)
    assert [problem.split(":")[0] for problem in problems_of(data)] == [
        "agency.phone",
        "people[1].role",
        "rules[2].when.tier",
        "escalation.rungs",
    ]


@pytest.mark.parametrize(
    "section", ["teams", "people", "territories", "sources", "score_model", "rules", "follow_up", "templates", "escalation"]
)
@pytest.mark.parametrize("nonsense", [7, "x", [None], [[]], {"a": 1}, [{"key": []}], [{"key": {}}]])
def test_nonsense_in_a_section_is_a_problem_and_never_a_crash(data: Data, section: str, nonsense: Any) -> None:
    data[section] = nonsense
    assert any(problem.startswith(section) for problem in problems_of(data))


@pytest.mark.parametrize("nonsense", [None, 7, "text", [], [1]])
def test_what_is_no_mapping_is_no_agency(nonsense: Any) -> None:
    assert problems_of(nonsense) == ["This is no agency file: it must be a mapping that begins with `version: 1`."]


def test_an_agency_without_its_name_people_or_owner_of_last_resort_says_so() -> None:
    assert problems_of({}) == [
        "version: nothing is not a version this program reads; it reads 1",
        "agency: is missing",
        "people: is missing",
    ]
    found = problems_of({"version": 1, "agency": {}, "people": []})
    assert "agency.name: is missing" in found
    assert "agency.fallback: is missing" in found


def test_two_who_back_each_other_up_are_fine(data: Data) -> None:
    assert (data["people"][1]["backup"], data["people"][2]["backup"]) == ("james", "sarah")
    check(data)


UNREADABLE = {
    "tabs": ("version: 1\nagency:\n\tname: Solo\n", "line 3, column 1: "),
    "a key given twice": ("version: 1\nversion: 1\n", "line 2, column 1: the key 'version' is given twice"),
    "a key given twice further down": ("a:\n- {b: 1, b: 2}\n", "line 2, column 10: the key 'b' is given twice"),
    "an anchor": ("a: &a [x]\nb: *a\n", "line 1, column 4: anchors and aliases"),
    "a merge": ("a: {b: 1}\n<<: {c: 2}\n", "<<: no such key"),
    "a broken bracket": ("a: [1, 2\n", "line 2, column 1: "),
    "two documents": ("a: 1\n---\nb: 2\n", "line 2, column 1: "),
    "a python object": ("a: !!python/object/apply:os.system ['true']\n", "line 1, column 4: "),
    "a list as a key": ("[1, 2]: x\n", "line 1, column 1: a list or mapping cannot be a key"),
    "too deep": ("[" * 5000, "Nested too deeply"),
    "a control character": ("a: \x07\n", "line 1, column 1: "),
    "not UTF-8": (b"version: 1\nagency: {name: Caf\xe9}\n", "not UTF-8 text (byte 30"),
    "UTF-16": ("version: 1\n".encode("utf-16"), "not UTF-8 text"),
    "nothing": ("", "empty."),
    "comments only": ("# nothing here\n", "empty."),
    "a sentence": ("Hello, world.\n", "This is no agency file"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_is_no_yaml_is_said_in_one_sentence(write: Callable[[Any], Any], what: str) -> None:
    content, said = UNREADABLE[what]
    with pytest.raises(AgencyFileError) as caught:
        load(write(content), now=NOW)
    assert said in str(caught.value), str(caught.value)
    assert not Agency.objects.exists()


def test_a_tab_is_called_a_tab(write: Callable[[Any], Any]) -> None:
    with pytest.raises(AgencyFileError, match="a tab where spaces belong"):
        load(write("version: 1\nagency:\n\tname: Solo\n"), now=NOW)


def test_a_file_too_large_is_not_read(write: Callable[[Any], Any]) -> None:
    with pytest.raises(AgencyFileError, match="larger than 4 MB"):
        load(write("#" * (MOST_BYTES + 1)), now=NOW)


def test_a_file_that_is_not_there_and_one_that_is_a_folder(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(AgencyFileError, match="there is no such file"):
        load(tmp_path / "none.yaml", now=NOW)
    with pytest.raises(AgencyFileError, match="cannot be read"):
        load(tmp_path, now=NOW)


def test_words_that_yaml_takes_for_truth_values_are_words(write: Callable[[Any], Any]) -> None:
    text = (
        "version: 1\nagency: {name: No, fallback: yes, phone: +12125550100}\n"
        "people: [{key: yes, name: On}]\nterritories: [{key: t, name: T, zips: [01001, 10001, 02101-02199]}]\n"
        "sources: [{key: off, name: Off, kind: organic, exclusive: no}]\n"
    )
    load(write(text), now=NOW)
    assert Agency.objects.get().name == "No"
    entries = check({"version": 1, "agency": {"name": "x", "fallback": "y"}, "people": [{"key": "y", "name": "y"}]})
    assert set(entries) >= {"agency", "people", "rules"}
    from leads.models import Source
    from producers.roster import static

    assert static().territories[0].zips == (("01001", "01001"), ("10001", "10001"), ("02101", "02199"))
    assert Source.objects.get(key="off").exclusive is False


def test_a_byte_order_mark_is_no_problem(write: Callable[[Any], Any]) -> None:
    load(write("\ufeffversion: 1\nagency: {name: Solo, fallback: sol}\npeople: [{key: sol, name: Sol}]\n".encode()), now=NOW)
    assert Agency.objects.get().name == "Solo"


def test_check_prints_every_problem_and_exits_with_one(
    data: Data, write: Callable[[Any], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    put(data, "people.2.licenses.0.state", "XX")
    put(data, "agency.phone", "1")
    path = write(data)
    with pytest.raises(CommandError, match="2 problems") as caught:
        call_command("agencyfile", "check", str(path))
    assert caught.value.returncode == 1
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("agency.phone: ")
    assert said[1].startswith("people[2].licenses[0].state: ")


def test_a_good_file_is_checked_imported_and_exported_by_command(
    data: Data, write: Callable[[Any], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(data)
    call_command("agencyfile", "check", str(path))
    assert not Agency.objects.exists()
    call_command("agencyfile", "import", str(path))
    assert "people: 7 created" in capsys.readouterr().out
    call_command("agencyfile", "import", str(path))
    assert "nothing changed" in capsys.readouterr().out
    call_command("agencyfile", "export", str(path))
    call_command("agencyfile", "export")
    assert capsys.readouterr().out == path.read_text()
    call_command("agencyfile", "import", str(path))
    assert "nothing changed" in capsys.readouterr().out


@pytest.mark.parametrize("action", ["check", "import"])
def test_a_file_without_rules_is_fine_and_warned_of(
    data: Data, write: Callable[[Any], Any], capsys: pytest.CaptureFixture[str], action: str
) -> None:
    data["rules"] = []
    call_command("agencyfile", action, str(write(data)))
    warned = "Warning: rules: there are none, so every lead goes to the owner of last resort\n"
    assert capsys.readouterr().err == warned


def test_a_first_text_that_does_not_say_who_writes_or_how_to_stop_is_warned_of(
    data: Data, write: Callable[[Any], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    place = next(n for n, one in enumerate(data["templates"]) if one["key"] == "first_text")
    put(data, f"templates.{place}.body", "Hi {{ lead.first_name }}, it is me. STOP ends this.")
    call_command("agencyfile", "check", str(write(data)))
    assert capsys.readouterr().err == (
        f"Warning: templates[{place}].body: it opens a conversation and does not say who writes: put {{{{ agency.name }}}} in\n"
    )


def test_import_without_a_file_and_export_to_nowhere_say_so(data: Data, tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(CommandError, match="needs a FILE"):
        call_command("agencyfile", "import")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("agencyfile", "export", str(tmp_path / "none" / "x.yaml"))
