"""Every case of `intake_cases.yaml`, through the function and through the web: the same answer at both doors."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
import yaml

from leads.intake import IntakeError, receive
from leads.keys import issue

BOOK = yaml.safe_load(Path(__file__).with_name("intake_cases.yaml").read_text(encoding="utf-8"))
CASES = [pytest.param(case, id=case["name"]) for case in BOOK["cases"]]


def body(case: dict[str, Any]) -> dict[str, Any]:
    sent = {**BOOK["base"], **case.get("lead", {})}
    return {name: _json(value) for name, value in sent.items() if value is not None}


def _json(value: Any) -> Any:
    """As JSON carries it: YAML reads dates and times as such."""
    if isinstance(value, list):
        return [_json(one) for one in value]
    if isinstance(value, dict):
        return {key: _json(one) for key, one in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else value


def moment(case: dict[str, Any]) -> datetime:
    return case.get("at", BOOK["at"]).astimezone(UTC)


def check(expected: dict[str, Any], answer: dict[str, Any]) -> None:
    for name, wanted in expected.items():
        got = answer[name]
        assert got in wanted if isinstance(wanted, list) else got == wanted, f"{name}: {got!r}, not {wanted!r}"


@pytest.mark.parametrize("case", CASES)
def test_through_the_function(harbor, case):
    expected = dict(case["expect"])
    http = expected.pop("http", 201)
    field = expected.pop("field", None)
    source = harbor.source(case.get("source", BOOK["source"]))
    if http == 400:
        with pytest.raises(IntakeError) as error:
            receive(body(case), source=source, now=moment(case))
        assert field in error.value.errors
        return
    receipt = receive(body(case), source=source, now=moment(case))
    lead, decision = receipt.lead, receipt.decision
    lead.refresh_from_db()
    check(
        expected,
        {
            **{name: getattr(lead, name) for name in expected if hasattr(lead, name)},
            "owner": lead.owner.key if lead.owner else None,
            "phone": str(lead.phone),
            "outcome": decision.outcome,
            "rule": decision.rule,
            "top_reason": lead.score_reasons[0]["reason"] if lead.score_reasons else None,
        },
    )


@pytest.mark.parametrize("case", CASES)
def test_through_the_web(harbor, client, case):
    expected = dict(case["expect"])
    http, field = expected.pop("http", 201), expected.pop("field", None)
    with time_machine.travel(moment(case), tick=False):
        _, key = issue(source=harbor.source(case.get("source", BOOK["source"])), now=moment(case))
        response = client.post(
            "/api/v1/leads/", body(case), content_type="application/json", headers={"Authorization": f"Bearer {key}"}
        )
    assert response.status_code == http, response.content
    answer = response.json()
    if field is not None:
        assert field in answer
        return
    check(
        expected,
        {
            **answer,
            "owner": answer["owner"]["key"] if answer["owner"] else None,
            "outcome": answer["decision"]["outcome"],
            "rule": answer["decision"]["rule"],
            "top_reason": answer["score_reasons"][0]["reason"] if answer["score_reasons"] else None,
        },
    )
