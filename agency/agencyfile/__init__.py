"""The agency as a YAML file: checked, imported (all or nothing), exported."""

from agency.agencyfile.file import AgencyFileError, cautions, check, dump, load, load_data, read
from agency.agencyfile.sections import Section, register

__all__ = ["AgencyFileError", "Section", "cautions", "check", "dump", "load", "load_data", "read", "register"]
