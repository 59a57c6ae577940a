"""Run inside the program's settings: the demo agency without caps, so that every lead takes the whole way, and a source key.

Prints the key, alone on the last line.
"""

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from agency import revisions  # noqa: E402
from leads import keys  # noqa: E402
from leads.models import Source  # noqa: E402
from producers.models import CapacityCap  # noqa: E402

SOURCE = "website"

if __name__ == "__main__":
    call_command("load_demo", verbosity=0)
    CapacityCap.objects.all().delete()
    revisions.bump(revisions.ROSTER)
    _, plain = keys.issue(source=Source.objects.get(key=SOURCE), name="benchmark", now=timezone.now())
    print(plain)
