"""The addresses that Twilio calls while calls of ours are under way."""

from django.urls import path

from leads.views.hooks import twilio_voice

voice_hooks = [
    path("agent/<int:pk>/", twilio_voice.agent, name="voice_agent"),
    path("agent-accept/<int:pk>/", twilio_voice.agent_accept, name="voice_agent_accept"),
    path("status/<int:pk>/", twilio_voice.status, name="voice_status"),
    path("leg-status/<int:pk>/", twilio_voice.leg_status, name="voice_leg_status"),
    path("dial-done/<int:pk>/", twilio_voice.dial_done, name="voice_dial_done"),
    path("recorded/<int:pk>/", twilio_voice.recorded, name="voice_recorded"),
    path("notice/", twilio_voice.notice, name="voice_notice"),
]
