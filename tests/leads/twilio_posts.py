"""Requests as Twilio sends them: form-encoded and signed with the account's token."""

from typing import Any

from django.test import Client
from twilio.request_validator import RequestValidator

SMS_URL = "twilio://AC123:s3cret@/?from=%2B12125550100"
BASE = "https://crm.harborpoint.example"
NUMBER = "+12125550150"


def signed(path: str, fields: dict[str, str], token: str = "s3cret") -> dict[str, str]:
    """The header that proves whose request it is."""
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(f"{BASE}{path}", fields)}


def post(path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Any:
    """What our door answers."""
    return Client().post(path, fields, headers=headers if headers is not None else signed(path, fields))


def texted(body: str, sid: str = "SM1", **more: str) -> Any:
    """Somebody writes to our number."""
    fields = {
        "MessageSid": sid, "SmsSid": sid, "AccountSid": "AC123", "From": NUMBER, "To": "+12125550100", "Body": body,
        "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received", "ApiVersion": "2010-04-01", **more,
    }  # fmt: skip
    return post("/hooks/twilio/sms/", fields)


def told(status: str, sid: str = "SM1", message: object = "", **more: str) -> Any:
    """Twilio says what became of a text of ours."""
    fields = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status, "AccountSid": "AC123",
              "From": "+12125550100", "To": NUMBER, "ApiVersion": "2010-04-01", **more}  # fmt: skip
    return post("/hooks/twilio/sms/status/" + (f"?message={message}" if message else ""), fields)
