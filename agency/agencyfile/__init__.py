"""The agency as a YAML file: checked, imported (all or nothing), exported."""

from agency.agencyfile.file import AgencyFileError, check, dump, load, load_data, read
from agency.agencyfile.sections import Section, register

__all__ = ["AgencyFileError", "Section", "check", "dump", "load", "load_data", "read", "register"]
