"""Who gets into the admin, and what nobody may do there."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client

from agency.models import User
from agency.roles import GRANTS, MANAGER
from tests.admin.browser import page

OURS = [model for model in admin.site._registry if model._meta.app_label in {"agency", "producers", "routing", "leads"}]
APPEND_ONLY = (
    "agency.message",
    "routing.routingdecision",
    "routing.assignment",
    "routing.ladderstep",
    "routing.hold",
    "leads.submission",
    "leads.event",
    "leads.touch",
    "leads.note",
    "leads.statuschange",
    "leads.consent",
    "leads.scoreflag",
    "leads.quote",
    "leads.policy",
    "leads.followupstep",
    "leads.household",
    "leads.lead",
)


def names(model, kind):
    return f"{model._meta.app_label}_{model._meta.model_name}_{kind}"


def codes(client, kind, **query):
    """Model → status of its page of this kind."""
    return {model._meta.label_lower: client.get(page(names(model, kind)), query).status_code for model in OURS}


def test_a_manager_opens_every_list(rosa):
    assert set(codes(rosa, "changelist").values()) == {200}


def test_a_manager_searches_every_list(rosa):
    assert set(codes(rosa, "changelist", q="ruiz 42").values()) == {200}


def test_the_form_for_a_new_record_opens_only_where_the_role_says_so(rosa):
    opened = {label for label, code in codes(rosa, "add").items() if code == 200}
    assert opened <= {label for label, grants in GRANTS.items() if "add" in grants[MANAGER]}
    assert {"producers.producer", "producers.team", "producers.territory", "leads.source", "leads.apikey"} <= opened


def test_a_producer_gets_nowhere_near_it(sarah):
    assert set(codes(sarah, "changelist").values()) == {302}


@pytest.mark.parametrize("label", APPEND_ONLY)
def test_what_happened_is_neither_added_changed_nor_deleted_by_hand(office, label):
    boss = Client()
    boss.force_login(User.objects.create_superuser("boss", "boss@harborpoint.example", "boss", name="The boss"))
    model = apps.get_model(label)
    assert boss.post(page(names(model, "add")), {}).status_code == 403
    registered = admin.site._registry[model]
    request = boss.get(page(names(model, "changelist"))).wsgi_request
    assert not registered.has_add_permission(request)
    assert not registered.has_change_permission(request)
    assert not registered.has_delete_permission(request)


def test_the_menu_shows_a_manager_people_rules_leads_messages_and_settings(rosa):
    text = rosa.get(page("index")).content.decode()
    for word in ("People", "Territories", "Rules", "Escalation", "Leads", "Rejected intake", "Outbox", "Agency", "API keys"):
        assert f">{word}<" in "".join(text.split("\n")).replace("  ", "") or word in text
    assert "/inbox/" in text
    assert "/dashboard/" in text


def test_a_manager_cannot_make_themselves_a_superuser(rosa, office):
    url = page("agency_user_change", office.rosa.user.pk)
    form = rosa.get(url).content.decode()
    assert "is_superuser" not in form
    rosa.post(
        url, {"username": "rosa", "name": "Rosa V.", "email": "rosa@harborpoint.example", "is_superuser": "on", "is_staff": "on"}
    )
    office.rosa.user.refresh_from_db()
    assert not office.rosa.user.is_superuser


def test_a_manager_cannot_touch_a_superusers_log_in(rosa):
    boss = User.objects.create_superuser("boss", "boss@harborpoint.example", "boss", name="The boss")
    assert rosa.post(page("agency_user_change", boss.pk), {"name": "Nobody"}).status_code == 403
    assert rosa.get(page("auth_user_password_change", boss.pk)).status_code == 403


def test_nobody_is_deleted(rosa, office):
    for name, pk in (
        ("producers_producer", office.sarah.pk),
        ("agency_user", office.sarah.user.pk),
        ("leads_source", office.website.pk),
    ):
        assert rosa.post(page(f"{name}_delete", pk), {"post": "yes"}).status_code == 403
