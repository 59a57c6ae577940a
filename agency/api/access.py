"""Who may call, in the words of `agency.roles`."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from agency.models import User
from agency.roles import ABILITIES, is_manager, role_of

if TYPE_CHECKING:
    from rest_framework.views import APIView


class IsPerson(BasePermission):
    """Somebody who logged in or sent a personal key; a source's key is not a person."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether a user stands behind the request."""
        return isinstance(request.user, User)


class IsManager(IsPerson):
    """Managers and superusers."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether the user is a manager."""
        return isinstance(request.user, User) and is_manager(request.user)


class ManagersWrite(IsPerson):
    """Everyone of the agency reads; managers write."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether the user may do this."""
        if not isinstance(request.user, User):
            return False
        return request.method in ("GET", "HEAD", "OPTIONS") or is_manager(request.user)


def may(ability: str) -> type[BasePermission]:
    """The permission class of one of `agency.roles.ABILITIES`."""
    roles = ABILITIES[ability]

    class May(IsPerson):
        def has_permission(self, request: Request, view: "APIView") -> bool:
            return isinstance(request.user, User) and role_of(request.user) in roles

    return May
