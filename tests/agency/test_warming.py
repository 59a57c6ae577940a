"""A server has everything ready before its first request, and no connection that its processes would share."""

from django.db import connection

from agency import warming
from leads.intake import places


def test_a_server_that_starts_reads_the_zips_and_the_views_and_leaves_the_database_alone(monkeypatch, db):
    closed = []
    monkeypatch.setattr(connection, "close", lambda: closed.append(True))
    places.place.cache_clear()
    warming.warm_up()
    assert places.place.cache_info().currsize == 1
    assert closed
