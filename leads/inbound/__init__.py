"""What people say to us of themselves: texts, e-mails, calls. Every door hands it to `heard`."""

from leads.inbound.hearing import Heard, heard
from leads.inbound.words import Heading, Meaning, classify

__all__ = ["Heading", "Heard", "Meaning", "classify", "heard"]
