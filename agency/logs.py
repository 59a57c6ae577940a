"""Log lines that may be shown to anybody."""

import logging


class DiscreetFormatter(logging.Formatter):
    """Leaves out the line in which PostgreSQL quotes the values of the row it refused: they are people's data."""

    def formatException(self, ei: object) -> str:  # noqa: N802 (the name is logging's)
        """A traceback without the database's DETAIL lines."""
        text = super().formatException(ei)  # type: ignore[arg-type]
        return "\n".join(line for line in text.splitlines() if not line.startswith("DETAIL:"))
