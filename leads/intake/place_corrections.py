"""Where the ZIP data is known to be wrong, or where one zone is not the whole truth.

Found by comparing each ZIP's point with time zone polygons (November 2026); rows without real coordinates were left alone.
"""

TIMEZONES: dict[str, str] = {
    "37405": "America/New_York",  # Chattanooga, TN
    "58838": "America/Denver",  # Cartwright, ND
    "67857": "America/Denver",  # Kendall, KS
    "79942": "America/Denver",  # El Paso, TX
    "83522": "America/Los_Angeles",  # Cottonwood, ID
    "86003": "America/Phoenix",  # Flagstaff, AZ
    "86040": "America/Phoenix",  # Page, AZ
    "86045": "America/Denver",  # Tuba City, AZ: the Navajo Nation keeps daylight time
    "86502": "America/Denver",  # Chambers, AZ
    "89883": "America/Denver",  # West Wendover, NV
    "99634": "America/Anchorage",  # Napakiak, AK: the data has the town's name for a zone
}
"""ZIP → the zone its people live by."""

SECOND_TIMEZONES: dict[str, str] = {
    "36854": "America/New_York",  # Valley, AL: Central by law, Eastern by habit
    "36863": "America/New_York",  # Lanett, AL
    "36867": "America/New_York",  # Phenix City, AL
    "57532": "America/Denver",  # Fort Pierre, SD: Mountain by law, Central by habit
}
"""ZIP → another zone that must also allow a contact."""
