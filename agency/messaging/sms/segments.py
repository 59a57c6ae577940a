"""How many texts the carriers count a text as: pure."""

from dataclasses import dataclass
from typing import Final

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The letters of GSM 03.38, seven bits each."""
EXTENDED: Final = frozenset("\f^{}\\[~]|€")
"""Its letters that take two."""


@dataclass(frozen=True, slots=True)
class Size:
    """How long a text is: how many texts it is counted as, in which alphabet, and in how many of its units."""

    segments: int
    encoding: str
    """GSM-7 or UCS-2."""
    units: int
    forced_by: str = ""
    """The letters that GSM-7 does not have, each once."""


def count(text: str) -> int:
    """How many texts this is sent and billed as; an empty one is none."""
    return size(text).segments


def size(text: str) -> Size:
    """The text measured: 160 letters of GSM-7 or 70 of UCS-2 in one, 153 or 67 in each of several."""
    foreign = "".join(dict.fromkeys(letter for letter in text if letter not in BASIC and letter not in EXTENDED))
    if foreign:
        widths = [len(letter.encode("utf-16-be")) // 2 for letter in text]
        return Size(_packed(widths, 70, 67), "UCS-2", sum(widths), foreign)
    widths = [2 if letter in EXTENDED else 1 for letter in text]
    return Size(_packed(widths, 160, 153), "GSM-7", sum(widths))


def _packed(widths: list[int], alone: int, each: int) -> int:
    """How many parts letters of these widths fill; none is cut in two."""
    if sum(widths) <= alone:
        return 1 if widths else 0
    parts, room = 1, each
    for width in widths:
        if width > room:
            parts, room = parts + 1, each
        room -= width
    return parts
