"""Sources, the score model, follow-up plans and templates in the agency file."""

from leads.agencyfile import plans, scoring, sources, templates

SECTIONS = (sources.SECTION, scoring.SECTION, plans.SECTION, templates.SECTION)
