"""The REST API: Django REST framework and its OpenAPI schema."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "leads.keys.BearerKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["agency.api.bodies.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "agency.api.bodies.AlwaysJSON",
    "DEFAULT_PAGINATION_CLASS": "agency.api.pages.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "DEFAULT_METADATA_CLASS": None,  # the schema says what each address takes; OPTIONS gets 405
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Leadline",
    "DESCRIPTION": "Leads in, one licensed owner each, and everything that happens to them.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "LeadKind": "leads.models.LeadKind",
        "LeadStatus": "leads.models.Status",
        "Tier": "leads.models.Tier",
        "TouchChannel": "leads.models.TouchChannel",
        "TouchOutcome": "leads.models.TouchOutcome",
        "DecisionOutcome": "routing.models.Outcome",
        "RuleSetState": "routing.models.RuleSetState",
        "ReplayState": "routing.models.ReplayState",
        "Availability": "producers.models.Presence",
    },
    # The page's assets come from this server: the policy of our pages allows nothing else.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
