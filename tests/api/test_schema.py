"""The OpenAPI schema is valid, complete, and shown on a page that loads nothing from elsewhere."""

from io import StringIO

import pytest
import yaml
from django.core.management import call_command
from django.urls import get_resolver
from rest_framework.test import APIClient

from leads.api_urls import urlpatterns


@pytest.fixture(scope="module")
def schema() -> dict:
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
    return yaml.safe_load(out.getvalue())


def test_the_schema_is_valid_openapi_3_without_a_warning(schema):
    assert schema["openapi"].startswith("3.")


def test_every_address_is_described(schema):
    described = set(schema["paths"])
    served = {
        "/api/v1/" + str(one.pattern).replace("<int:pk>", "{id}").replace("<slug:key>", "{key}").replace("<int:step>", "{step}")
        for one in urlpatterns
        if one.name not in ("schema", "docs", "nothing")
    }
    assert described == served
    assert get_resolver() is not None


def test_every_call_has_a_summary_and_says_who_may(schema):
    for path, calls in schema["paths"].items():
        for method, call in calls.items():
            if method in ("get", "post", "put", "patch"):
                assert call.get("summary"), f"{method} {path}"
                assert {"key": []} in call["security"], f"{method} {path}"


def test_every_body_that_is_sent_has_an_example_or_a_model(schema):
    for path, calls in schema["paths"].items():
        for method in ("post", "put", "patch"):
            if body := calls.get(method, {}).get("requestBody"):
                assert list(body["content"]) == ["application/json"], f"{method} {path}"


def test_posting_a_lead_is_described_with_its_answers(schema):
    call = schema["paths"]["/api/v1/leads/"]["post"]
    assert {"200", "201", "400", "401", "403", "409", "413", "415"} <= set(call["responses"])
    assert call["requestBody"]["content"]["application/json"]["examples"]
    assert call["responses"]["201"]["content"]["application/json"]["examples"]
    assert "Idempotency-Key" in [one["name"] for one in call["parameters"]]


def test_the_filters_of_the_list_are_described(schema):
    named = {one["name"] for one in schema["paths"]["/api/v1/leads/"]["get"]["parameters"]}
    assert {"status", "tier", "owner", "source", "line", "state", "received_after", "received_before", "q", "cursor"} <= named


def test_the_schema_is_served_to_anybody(db):
    answer = APIClient().get("/api/v1/schema/", {"format": "json"})
    assert answer.status_code == 200
    assert answer.json()["info"]["title"]


def test_the_page_loads_its_assets_from_here(db):
    page = APIClient().get("/api/v1/docs/")
    assert page.status_code == 200
    html = page.content.decode()
    assert "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in html
    assert "http://" not in html.replace("http://testserver", "")
    assert "https://" not in html
    policy = page["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-eval" not in policy
    script = APIClient().get("/api/v1/docs/", {"script": ""})
    assert script["Content-Type"].startswith("application/javascript")
