"""What a source itself has said of a lead's person, which is all that it may be told of them."""

from leads.current import configuration
from leads.intake import payload
from leads.intake.errors import IntakeError
from leads.intake.payload import Arrival
from leads.models import Lead, Source, Submission


def last_sent(lead: Lead, source: Source) -> Arrival | None:
    """The latest request of the source that made the lead or joined it, cleaned again; None when there is none to be read."""
    row = Submission.objects.filter(lead=lead, source=source).order_by("-received_at", "-pk").first()
    if row is None:
        return None
    config = configuration()
    zone = config.roster.timezone
    try:
        return payload.read(row.payload, source=source, now=row.received_at, zone=zone, find_line=config.line)
    except IntakeError:  # taken in when other things were allowed
        return None
