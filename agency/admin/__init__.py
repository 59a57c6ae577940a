"""The admin of the ground floor: log-ins, the agency itself and the outbox."""

from agency.admin.outbox import MessageAdmin
from agency.admin.people import GroupAdmin, UserAdmin
from agency.admin.settings import AgencyAdmin
from agency.admin.system import HeartbeatAdmin, ProviderEventAdmin, RevisionAdmin

__all__ = ["AgencyAdmin", "GroupAdmin", "HeartbeatAdmin", "MessageAdmin", "ProviderEventAdmin", "RevisionAdmin", "UserAdmin"]
