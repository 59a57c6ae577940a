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
    path("incoming/", twilio_voice.incoming, name="voice_incoming"),
    path("incoming-status/", twilio_voice.incoming_status, name="voice_incoming_status"),
    path("incoming-next/<int:pk>/", twilio_voice.incoming_next, name="voice_incoming_next"),
    path("incoming-recorded/<int:pk>/", twilio_voice.incoming_recorded, name="voice_incoming_recorded"),
    path("whisper/<int:pk>/", twilio_voice.whisper, name="voice_whisper"),
    path("whisper-accept/<int:pk>/", twilio_voice.whisper_accept, name="voice_whisper_accept"),
]
