"""The small agency, with one lead in it."""

from tests.office import lasting_office, office

__all__ = ["lasting_office", "office"]
