"""Log lines that may be shown to anybody."""

import logging
import re
from typing import Final

_DETAIL: Final = re.compile(
    r"\nDETAIL:.*?(?=\n(?:HINT|CONTEXT|QUERY):|\n\n(?:The above exception|During handling)|\Z)"  # values may hold line ends
    r"|\\nDETAIL:[^\n]*",  # an error within quotes, its line ends escaped
    re.DOTALL,
)


class DiscreetFormatter(logging.Formatter):
    """Leaves out where PostgreSQL quotes the values of the row it refused: they are people's data."""

    def format(self, record: logging.LogRecord) -> str:
        """The record, its message and its traceback, without the database's DETAIL."""
        return _DETAIL.sub("", super().format(record))
