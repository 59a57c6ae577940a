"""Content-Security-Policy: one for our own pages, exceptions for the admin and the API's documentation."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


class PolicyMiddleware(CSPMiddleware):
    """django-csp's middleware with the exceptions of `CONTENT_SECURITY_EXCEPTIONS`, by path prefix."""

    def get_policy_parts(self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False) -> PolicyParts:
        """A view's own decorator still wins over its path's exception."""
        parts = super().get_policy_parts(request, response, report_only)
        if parts.replace is None and not report_only:
            for prefix, exception in settings.CONTENT_SECURITY_EXCEPTIONS.items():
                if request.path_info.startswith(prefix):
                    parts.replace = exception
        return parts
