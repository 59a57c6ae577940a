"""Who may post."""

import hashlib

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from benchmarks.floor.models import Key


class KeyAuthentication(BaseAuthentication):
    """A bearer key, looked up by its hash."""

    def authenticate(self, request):
        """The key, or 401."""
        plain = request.META.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        key = Key.objects.filter(digest=hashlib.sha256(plain.encode()).hexdigest()).first()
        if key is None:
            raise AuthenticationFailed
        return AnonymousUser(), key
