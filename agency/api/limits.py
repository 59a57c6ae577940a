"""How much of a body is read, and how deep."""

from typing import Final

MAX_BODY: Final = 256 * 1024
"""Bytes: a lead is a few kB."""
MAX_DEPTH: Final = 20
