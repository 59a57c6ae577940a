"""The admin of the ground floor: log-ins, the agency itself and the outbox."""

from agency.admin.alerts import AlertPreferenceAdmin, PushDeviceAdmin
from agency.admin.outbox import MessageAdmin
from agency.admin.people import GroupAdmin, UserAdmin
from agency.admin.settings import AgencyAdmin
from agency.admin.system import HeartbeatAdmin, ProviderEventAdmin, RevisionAdmin

__all__ = [
    "AgencyAdmin",
    "AlertPreferenceAdmin",
    "GroupAdmin",
    "HeartbeatAdmin",
    "MessageAdmin",
    "ProviderEventAdmin",
    "PushDeviceAdmin",
    "RevisionAdmin",
    "UserAdmin",
]
