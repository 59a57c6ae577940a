"""The pages about leads."""

from django.urls import include, path

from leads.views import dashboard, edit, entry, inbox, lead, licences, quote, stuck, unsubscribe, why
from leads.views.hooks import email as email_hooks
from leads.views.hooks import twilio_sms
from leads.views.hooks.voice_urls import voice_hooks

app_name = "leads"
urlpatterns = [
    path("inbox/", inbox.inbox_page, name="inbox"),
    path("inbox/rows/", inbox.inbox_rows, name="inbox_rows"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/rows/", dashboard.dashboard_rows, name="dashboard_rows"),
    path("stuck/", stuck.stuck, name="stuck"),
    path("stuck/<slug:kind>/<int:pk>/", stuck.decide, name="stuck_decide"),
    path("licences/", licences.licences, name="licences"),
    path("leads/new/", entry.new, name="new"),
    path("leads/rejected/", entry.rejected, name="rejected"),
    path("leads/rejected/<int:pk>/", entry.rejected_one, name="rejected_one"),
    path("leads/why/", why.why_not_me, name="why_not_me"),
    path("leads/<int:pk>/", lead.detail, name="detail"),
    path("leads/<int:pk>/edit/", edit.edit, name="edit"),
    path("leads/<int:pk>/accept/", lead.accept, name="accept"),
    path("leads/<int:pk>/decline/", lead.decline, name="decline"),
    path("leads/<int:pk>/call/", lead.call, name="call"),
    path("leads/<int:pk>/touch/", lead.touch, name="touch"),
    path("leads/<int:pk>/status/", lead.status, name="status"),
    path("leads/<int:pk>/note/", lead.note, name="note"),
    path("leads/<int:pk>/flag/", lead.flag, name="flag"),
    path("leads/<int:pk>/pause/", lead.pause, name="pause"),
    path("leads/<int:pk>/resume/", lead.resume, name="resume"),
    path("leads/<int:pk>/steps/<int:step>/skip/", lead.skip, name="skip"),
    path("leads/<int:pk>/reassign/", lead.reassign, name="reassign"),
    path("u/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("hooks/twilio/voice/", include(voice_hooks)),
    path("hooks/email/<str:esp>/tracking/", email_hooks.tracking, name="email_tracking"),
    path("hooks/email/<str:esp>/inbound/", email_hooks.inbound, name="email_inbound"),
    path("leads/<int:pk>/stop/", lead.stop, name="stop"),
    path("hooks/twilio/sms/", twilio_sms.received, name="twilio_sms"),
    path("hooks/twilio/sms/status/", twilio_sms.status, name="twilio_sms_status"),
    path("quote/", quote.quote_form, name="quote_form"),
    path("quote/thanks/", quote.quote_thanks, name="quote_thanks"),
]
