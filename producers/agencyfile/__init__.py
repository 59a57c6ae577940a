"""Teams, people and territories in the agency file."""

from producers.agencyfile import people, teams, territories

SECTIONS = (teams.SECTION, people.SECTION, territories.SECTION)
