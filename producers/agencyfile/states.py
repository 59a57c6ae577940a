"""The jurisdictions that license producers: the states, DC and the territories."""

from typing import Any

_NAMES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE "
    "NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI"
)
STATES = frozenset(_NAMES.split())

NOT_A_STATE = '"{}" is no state: write two capital letters, such as NY'
READ_AS_A_WORD = "the file says {}, which YAML takes for a truth value and not for letters: put the state in quotes"


def state_code(value: Any) -> str:
    """The state's two letters. ValueError when it is none."""
    if isinstance(value, bool):
        raise ValueError(READ_AS_A_WORD.format("true" if value else "false"))
    if not isinstance(value, str) or value not in STATES:
        raise ValueError(NOT_A_STATE.format(value))
    return value
