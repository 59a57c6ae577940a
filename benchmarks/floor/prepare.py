"""Run inside the floor's settings: its tables, and a key. Prints the key, alone on the last line."""

import hashlib
import secrets

import django

django.setup()

from django.db import connection  # noqa: E402

from benchmarks.floor.models import Key, Lead  # noqa: E402

if __name__ == "__main__":
    with connection.schema_editor() as editor:
        editor.create_model(Key)
        editor.create_model(Lead)
    plain = secrets.token_urlsafe(32)
    Key.objects.create(digest=hashlib.sha256(plain.encode()).hexdigest())
    print(plain)
