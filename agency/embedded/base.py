"""The Django engine of the embedded PostgreSQL: Django's own, which starts the server when it first connects."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base, client

from agency.embedded.cluster import Cluster, binaries


@cache
def cluster() -> Cluster:
    """This process's one handle on the cluster under `DATA_DIR`."""
    return Cluster(Path(settings.DATA_DIR))


class DatabaseClient(client.DatabaseClient):
    """`manage.py dbshell` against the embedded server, with the wheel's own psql."""

    def runshell(self, parameters: Iterable[str]) -> None:
        """Start the server first: this door does not pass through a connection."""
        self.executable_name = str(binaries() / "psql")
        self.connection.settings_dict["HOST"] = cluster().ensure().socket_folder
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks for the server at each new connection, so that one that was killed is up again for the next."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        """Django's parameters, with the socket of the server that now runs."""
        server = cluster().ensure()
        return {**super().get_connection_params(), "host": server.socket_folder}
