"""Which counties there are. The app above knows, and registers how."""

from collections.abc import Callable

CountiesOf = Callable[[], frozenset[str]]

_counties: CountiesOf | None = None


def register(function: CountiesOf) -> None:
    """From now on this says which counties there are."""
    global _counties  # noqa: PLW0603  # set once, when the apps are ready
    _counties = function


def counties() -> frozenset[str] | None:
    """Every county that a ZIP lies in, as `NY/Kings County`; None when nobody can say."""
    return None if _counties is None else _counties()
