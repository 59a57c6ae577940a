"""Addresses of the REST API, `/api/v1/`: one list for all apps."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny

from agency.api.pages import no_such_address
from leads.api.dashboard import Dashboard
from leads.api.followup import FollowUp, Pause, Resume, Skip
from leads.api.history import Assignments, Decisions, Timeline, WhyNotMe
from leads.api.leads import LeadDetail, Leads
from leads.api.work import Accept, Decline, Events, FlagScore, Notes, Reassign, StatusStep, Touches
from producers.api import Licenses, Me, ProducerDetail, Producers, Territories, TerritoryDetail
from routing.api import RuleSetDetail, RuleSetDiff, RuleSetList
from routing.simulation.api import ReplayDetail, Simulate

app_name = "api"

_OPEN = {"permission_classes": [AllowAny], "authentication_classes": [], "content_negotiation_class": DefaultContentNegotiation}

urlpatterns = [
    path("leads/", Leads.as_view(), name="leads"),
    path("leads/<int:pk>/", LeadDetail.as_view(), name="lead"),
    path("leads/<int:pk>/events/", Events.as_view(), name="events"),
    path("leads/<int:pk>/touches/", Touches.as_view(), name="touches"),
    path("leads/<int:pk>/notes/", Notes.as_view(), name="notes"),
    path("leads/<int:pk>/accept/", Accept.as_view(), name="accept"),
    path("leads/<int:pk>/decline/", Decline.as_view(), name="decline"),
    path("leads/<int:pk>/reassign/", Reassign.as_view(), name="reassign"),
    path("leads/<int:pk>/status/", StatusStep.as_view(), name="status"),
    path("leads/<int:pk>/flag-score/", FlagScore.as_view(), name="flag_score"),
    path("leads/<int:pk>/follow-up/", FollowUp.as_view(), name="follow_up"),
    path("leads/<int:pk>/follow-up/pause/", Pause.as_view(), name="pause"),
    path("leads/<int:pk>/follow-up/resume/", Resume.as_view(), name="resume"),
    path("leads/<int:pk>/follow-up/<int:step>/skip/", Skip.as_view(), name="skip"),
    path("leads/<int:pk>/timeline/", Timeline.as_view(), name="timeline"),
    path("leads/<int:pk>/assignments/", Assignments.as_view(), name="assignments"),
    path("leads/<int:pk>/decisions/", Decisions.as_view(), name="decisions"),
    path("leads/<int:pk>/why-not-me/", WhyNotMe.as_view(), name="why_not_me"),
    path("producers/", Producers.as_view(), name="producers"),
    path("producers/me/", Me.as_view(), name="me"),
    path("producers/<slug:key>/", ProducerDetail.as_view(), name="producer"),
    path("territories/", Territories.as_view(), name="territories"),
    path("territories/<slug:key>/", TerritoryDetail.as_view(), name="territory"),
    path("licenses/", Licenses.as_view(), name="licenses"),
    path("rulesets/", RuleSetList.as_view(), name="rulesets"),
    path("rulesets/<int:pk>/", RuleSetDetail.as_view(), name="ruleset"),
    path("rulesets/<int:pk>/diff/", RuleSetDiff.as_view(), name="ruleset_diff"),
    path("rulesets/<int:pk>/simulate/", Simulate.as_view(), name="simulate"),
    path("replays/<int:pk>/", ReplayDetail.as_view(), name="replay"),
    path("dashboard/", Dashboard.as_view(), name="dashboard"),
    path("schema/", SpectacularAPIView.as_view(**_OPEN), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema", **_OPEN), name="docs"),
    re_path(r"^(?P<rest>.*)$", no_such_address, name="nothing"),
]
