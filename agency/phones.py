"""Phone numbers as text."""

from phonenumber_field.phonenumber import PhoneNumber


def e164(phone: PhoneNumber | str | None) -> str:
    """A stored number in E.164, or empty. It was valid when it was stored; `str` and `bool` would find that out again."""
    return phone.as_e164 if isinstance(phone, PhoneNumber) else phone or ""
