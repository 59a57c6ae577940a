"""API keys: made in the admin, shown once, kept as a hash, revoked."""

import re

from django.test import Client
from django.utils import timezone

from leads import keys
from leads.models import ApiKey
from tests.admin.browser import errors_of, messages_of, page, send

CONFIRM = {"_form_submitted": "True"}


def shown(answer) -> str:
    """The key in the page's message."""
    found = re.search(r"ll_[\w-]+", " ".join(messages_of(answer)))
    assert found, messages_of(answer)
    return found[0]


def test_a_source_key_is_shown_once_and_opens_the_api(rosa, office):
    answer = rosa.post(page("leads_source_issue_key", office.vendor.pk), CONFIRM, follow=True)
    plain = shown(answer)
    key = ApiKey.objects.latest("pk")
    assert (key.source, key.user) == (office.vendor, None)
    assert plain not in (key.digest, key.prefix)
    assert keys.find(plain, now=timezone.now()) == key
    assert plain not in rosa.get(page("leads_apikey_change", key.pk)).content.decode()


def test_making_a_key_asks_first(rosa, office):
    before = ApiKey.objects.count()
    assert rosa.get(page("leads_source_issue_key", office.vendor.pk)).status_code == 200
    assert ApiKey.objects.count() == before


def test_a_persons_key_is_made_on_the_page_of_keys(rosa, office):
    plain = shown(send(rosa, page("leads_apikey_add"), name="Telephone system", user=office.sarah.user.pk))
    found = keys.find(plain, now=timezone.now())
    assert found is not None
    assert (found.user, found.name) == (office.sarah.user, "Telephone system")


def test_a_key_has_exactly_one_holder(rosa, office):
    both = {"user": office.sarah.user.pk, "source": office.website.pk}
    for holders in ({}, both):
        assert f"__all__: {keys.ONE_HOLDER}" in errors_of(send(rosa, page("leads_apikey_add"), name="x", **holders))


def test_a_revoked_key_opens_nothing(rosa, office):
    key, plain = keys.issue(source=office.website, now=timezone.now())
    rosa.post(page("leads_apikey_revoke", key.pk), CONFIRM)
    assert keys.find(plain, now=timezone.now()) is None
    body = {"first_name": "Ana", "last_name": "Ruiz", "email": "a@mail.example"}
    answer = Client().post("/api/v1/leads/", body, content_type="application/json", headers={"authorization": f"Bearer {plain}"})
    assert answer.status_code == 401


def test_several_keys_are_revoked_at_once(rosa, office):
    made = [keys.issue(source=office.website, now=timezone.now())[0] for _ in range(2)]
    data = {"action": "revoke_selected", "_selected_action": [key.pk for key in made]}
    rosa.post(page("leads_apikey_changelist"), data)
    assert ApiKey.objects.filter(pk__in=[key.pk for key in made], revoked_at__isnull=False).count() == 2


def test_a_key_is_neither_changed_nor_deleted(rosa, office):
    key = keys.issue(source=office.website, now=timezone.now())[0]
    assert rosa.post(page("leads_apikey_change", key.pk), {"name": "other"}).status_code == 403
    assert rosa.post(page("leads_apikey_delete", key.pk), {"post": "yes"}).status_code == 403
