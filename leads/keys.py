"""API keys: made once and shown once, kept only as a hash, and what a request that carries one may speak for."""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.db.models import Model, Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from agency import statements
from agency.models import User
from leads.models import ApiKey, Source

MARK: Final = "ll_"
PREFIX_LENGTH: Final = 11
USE_NOTED_EVERY: Final = timedelta(minutes=1)
UNKNOWN_KEY: Final = "This API key is not known, has expired or was revoked."
MALFORMED_HEADER: Final = "The Authorization header must read: Bearer KEY."
ONE_HOLDER: Final = "A key belongs to one source or to one person."


def issue(
    *, source: Source | None = None, user: User | None = None, name: str = "", now: datetime, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """Store a new key of one source or one person and return it with its plain text, which is kept nowhere.

    Raises ValueError unless exactly one holder is given.
    """
    if (source is None) == (user is None):
        raise ValueError(ONE_HOLDER)
    plain = MARK + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=name,
        prefix=plain[:PREFIX_LENGTH],
        digest=digest_of(plain),
        source=source,
        user=user,
        created_at=now,
        expires_at=expires_at,
    )
    return key, plain


def revoke(key: ApiKey, *, now: datetime) -> None:
    """The key opens nothing from now on; a second call changes nothing."""
    with transaction.atomic():
        ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=now)
    key.refresh_from_db(fields=["revoked_at"])


def digest_of(plain: str) -> str:
    """The form in which a key is stored: SHA-256, hex. A key is random, so it needs no salt and no slow hash."""
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()


def find(plain: str, *, now: datetime) -> ApiKey | None:
    """The live key with this text, its holder loaded, or None; one query for a source's key, two for a person's."""
    found = statements.first(_find(), [digest_of(plain)])
    if not found:
        return None
    row = found[0]
    key = ApiKey.from_db(connection.alias, _columns(ApiKey), row[: len(_columns(ApiKey))])
    if key.source_id is not None:
        key.source = Source.from_db(connection.alias, _columns(Source), row[len(_columns(ApiKey)) :])
    else:
        key.user = User.objects.select_related("producer").get(api_keys=key.pk)
    return key if _is_live(key, now) else None


@cache
def _find() -> str:
    """Written out because every intake runs it: building it with the ORM costs half as much as the intake itself."""
    columns = [f'"{model._meta.db_table}"."{name}"' for model in (ApiKey, Source) for name in _columns(model)]
    keys, sources = ApiKey._meta.db_table, Source._meta.db_table
    return (
        f'SELECT {", ".join(columns)} FROM "{keys}" LEFT JOIN "{sources}" ON "{sources}"."id" = "{keys}"."source_id" '  # noqa: S608
        f'WHERE "{keys}"."digest" = %s'
    )


@cache
def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def note_use(key: ApiKey, *, now: datetime) -> None:
    """`last_used_at` is right to the minute; a busy key is written once in that time."""
    if key.last_used_at is not None and now - key.last_used_at < USE_NOTED_EVERY:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
    key.last_used_at = now


class BearerKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer KEY`: `request.auth` is the key; `request.user` its person, or nobody for a source's key."""

    def authenticate(self, request: Request) -> tuple[User | AnonymousUser, ApiKey] | None:
        """The key's person and the key; None without a bearer header; 401 when the key opens nothing."""
        words = request.META.get("HTTP_AUTHORIZATION", "").split()
        if not words or words[0].lower() != "bearer":
            return None
        if len(words) != 2:
            raise AuthenticationFailed(MALFORMED_HEADER)
        now = timezone.now()
        key = find(words[1], now=now)
        if key is None:
            raise AuthenticationFailed(UNKNOWN_KEY)
        note_use(key, now=now)
        return key.user or AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="api"'


def _is_live(key: ApiKey, now: datetime) -> bool:
    if key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        return False
    if key.source is not None:
        return key.source.active
    return key.user is not None and key.user.is_active
