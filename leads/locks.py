"""Taking hold of a lead before anything is decided about it."""

from leads.models import Lead
from leads.selectors import with_names


def locked(pk: int) -> Lead:
    """The lead as it stands, its row locked until the caller's transaction ends, with source, owner and steward loaded.

    Two statements: one that locks sees its joins as they were before the wait, so a lead that changed hands meanwhile would come
    without an owner. Raises `Lead.DoesNotExist`.
    """
    Lead.objects.select_for_update(no_key=True).values_list("pk").get(pk=pk)
    return with_names(Lead.objects.all()).get(pk=pk)
