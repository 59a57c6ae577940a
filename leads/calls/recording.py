"""Whether calls are recorded, and what everybody hears before."""

from agency.models import Agency


def recording() -> str:
    """The notice that both hear before they are connected; empty: the call is not recorded. One query."""
    row = Agency.objects.filter(record_calls=True).values_list("recording_notice", flat=True).first()
    return row.strip() if row else ""
