"""What the OpenAPI schema says of every call: how a key is sent, and what errors look like."""

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers

from agency.api.bodies import TOO_LARGE


class DetailSerializer(serializers.Serializer[Any]):
    """What went wrong, in a sentence."""

    detail = serializers.CharField()


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Says in the schema how a key is sent."""

    target_class = "leads.keys.BearerKeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The scheme."""
        return {"type": "http", "scheme": "bearer", "description": "A source's or a person's API key."}


FIELD_ERRORS: Final = OpenApiResponse(
    {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    description="What is wrong with each field; `detail` alone when the body could not be read.",
    examples=[OpenApiExample("A wrong field", value={"phone": ["This is not a phone number."]})],
)
NOT_FOUND: Final = OpenApiResponse(DetailSerializer, description="There is none, or it is not yours to see.")
CONFLICT: Final = OpenApiResponse(DetailSerializer, description="It does not fit how things stand; `detail` says why.")
BAD_BODY: Final = {
    401: OpenApiResponse(DetailSerializer, description="No key or session, or one that opens nothing."),
    403: OpenApiResponse(DetailSerializer, description="Not yours to do."),
    413: OpenApiResponse(DetailSerializer, description=TOO_LARGE),
    415: OpenApiResponse(DetailSerializer, description="The body is not `application/json`."),
}
