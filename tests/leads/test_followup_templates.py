"""Templates know a handful of names and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.followup import opening
from leads.followup.templates import VARIABLES, TemplateError, in_a_sentence, problems, render

VALUES = {name: f"<{name}>" for name in VARIABLES}


def test_names_are_filled_in_however_they_are_spaced():
    assert render("Hi {{ lead.first_name }}, {{producer.name}}!", VALUES) == "Hi <lead.first_name>, <producer.name>!"


@pytest.mark.parametrize(
    "template",
    [
        "{{ lead.ssn }}",
        "{{ lead }}",
        "{{ }}",
        "{{ lead.first_name|upper }}",
        "{{ lead.__class__ }}",
        "{{ lead.first_name",
        "lead.first_name }}",
        "{% if lead %}x{% endif %}",
        "{# note #}",
        "{{ {{ lead.name }} }}",
    ],
)
def test_anything_else_is_an_error_in_words(template):
    assert problems(template)
    with pytest.raises(TemplateError):
        render(template, VALUES)


def test_an_unknown_name_is_named_with_what_there_is():
    [problem] = problems("Dear {{ lead.nickname }} {{ lead.nickname }}")
    assert problem.startswith("{{ lead.nickname }} is not known; there is lead.first_name, ")


def test_what_a_name_contains_is_not_a_template():
    values = {**VALUES, "lead.first_name": "{{ agency.phone }}"}
    assert render("{{ lead.first_name }}", values) == "{{ agency.phone }}"


@given(st.text(alphabet="ab {}%#.\n", max_size=40))
def test_whatever_has_no_problems_can_be_rendered(template):
    if not problems(template):
        assert render(template, VALUES) == template


@pytest.mark.parametrize(
    ("title", "words"),
    [("Homeowners", "homeowners"), ("Personal auto", "personal auto"), ("BOP", "BOP"), ("Term Life", "term life")],
)
def test_a_line_stands_inside_a_sentence(title, words):
    assert in_a_sentence(title) == words


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ("{{ agency.name }} here. STOP ends these texts.", []),
        ("{{agency.name}} here. Reply STOP to opt out.", []),
        ("{{ producer.name }} here. STOP ends these texts.", [opening.NO_NAME]),
        ("{{ agency.name }} here. Shall I stop by?", [opening.NO_STOP]),
        ("Hello", [opening.NO_NAME, opening.NO_STOP]),
    ],
)
def test_an_opening_text_names_the_agency_and_how_to_stop(body, missing):
    assert opening.lacks(body) == missing
