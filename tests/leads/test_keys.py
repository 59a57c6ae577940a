"""A key speaks for its source or its person until it ends, and nobody can read it from the database."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from rest_framework.test import APIRequestFactory

from agency.models import User
from leads.keys import MALFORMED_HEADER, UNKNOWN_KEY, BearerKeyAuthentication, digest_of, find, issue, note_use, revoke
from leads.models import ApiKey, Source
from tests.office import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def website() -> Source:
    return Source.objects.create(key="website", name="Website", kind="organic")


@pytest.fixture
def sarah() -> User:
    return User.objects.create(username="sarah", name="Sarah M.")


def answer(header: str | None):
    headers = {} if header is None else {"HTTP_AUTHORIZATION": header}
    return BearerKeyAuthentication().authenticate(APIRequestFactory().get("/", **headers))


def test_a_new_key_finds_its_source(website):
    key, plain = issue(source=website, name="form", now=NOW)
    assert find(plain, now=NOW) == key
    assert plain.startswith("ll_")


def test_the_database_holds_no_key_in_plain_text(website):
    key, plain = issue(source=website, now=NOW)
    stored = " ".join(str(value) for value in ApiKey.objects.filter(pk=key.pk).values_list().get())
    assert plain not in stored
    assert key.digest == digest_of(plain)
    assert plain.startswith(key.prefix)


def test_two_keys_are_never_the_same(website):
    assert len({issue(source=website, now=NOW)[1] for _ in range(20)}) == 20


def test_a_key_belongs_to_exactly_one_holder(website, sarah):
    with pytest.raises(ValueError):
        issue(now=NOW)
    with pytest.raises(ValueError):
        issue(source=website, user=sarah, now=NOW)


def test_a_key_ends_at_its_expiry(website):
    _, plain = issue(source=website, now=NOW, expires_at=NOW + timedelta(days=1))
    assert find(plain, now=NOW + timedelta(hours=23)) is not None
    assert find(plain, now=NOW + timedelta(days=1)) is None


def test_a_revoked_key_opens_nothing_from_that_instant(website):
    key, plain = issue(source=website, now=NOW)
    revoke(key, now=NOW)
    assert find(plain, now=NOW) is None
    revoke(key, now=NOW + timedelta(days=1))
    assert key.revoked_at == NOW


def test_the_key_of_somebody_who_left_opens_nothing(sarah):
    _, plain = issue(user=sarah, now=NOW)
    User.objects.filter(pk=sarah.pk).update(is_active=False)
    assert find(plain, now=NOW) is None


def test_the_key_of_a_source_that_was_switched_off_opens_nothing(website):
    _, plain = issue(source=website, now=NOW)
    Source.objects.filter(pk=website.pk).update(active=False)
    assert find(plain, now=NOW) is None


def test_a_busy_key_is_written_once_a_minute(website, django_assert_num_queries):
    _, plain = issue(source=website, now=NOW)
    note_use(find(plain, now=NOW), now=NOW)
    with django_assert_num_queries(1):
        note_use(find(plain, now=NOW), now=NOW + timedelta(seconds=59))
    assert ApiKey.objects.get().last_used_at == NOW
    note_use(find(plain, now=NOW), now=NOW + timedelta(seconds=60))
    assert ApiKey.objects.get().last_used_at == NOW + timedelta(seconds=60)


def test_a_use_is_never_dated_back(website):
    _, plain = issue(source=website, now=NOW)
    slow = find(plain, now=NOW)
    note_use(find(plain, now=NOW), now=NOW + timedelta(minutes=5))
    note_use(slow, now=NOW)
    assert ApiKey.objects.get().last_used_at == NOW + timedelta(minutes=5)


@time_machine.travel(NOW)
def test_a_bearer_header_says_who_speaks(website, sarah):
    _, of_website = issue(source=website, now=NOW)
    _, of_sarah = issue(user=sarah, now=NOW)
    nobody, key = answer(f"Bearer {of_website}")
    assert not nobody.is_authenticated
    assert key.source == website
    assert answer(f"bearer {of_sarah}")[0] == sarah


@time_machine.travel(NOW)
@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("Bearer ll_wrong", UNKNOWN_KEY),
        ("Bearer \xff\x00\ud800", UNKNOWN_KEY),
        ("Bearer", MALFORMED_HEADER),
        ("Bearer two words", MALFORMED_HEADER),
    ],
)
def test_a_header_that_opens_nothing_is_refused(header, message):
    with pytest.raises(Exception, match=message[:20]):
        answer(header)


@pytest.mark.parametrize("header", [None, "", "Basic c2FyYWg6c2VjcmV0", "ll_bare"])
def test_other_headers_are_left_to_others(header):
    assert answer(header) is None


def test_the_command_prints_the_key_alone_on_the_last_line(website, sarah):
    for options in (["--source", "website"], ["--person", "sarah", "--days", "30"]):
        out = StringIO()
        call_command("apikey", *options, stdout=out)
        plain = out.getvalue().splitlines()[-1]
        assert ApiKey.objects.filter(digest=digest_of(plain)).exists()


@pytest.mark.parametrize("options", [["--source", "nowhere"], ["--person", "nobody"], ["--source", "website", "--days", "0"]])
def test_the_command_refuses_what_there_is_not(website, options):
    with pytest.raises(CommandError):
        call_command("apikey", *options)
    assert not ApiKey.objects.exists()
