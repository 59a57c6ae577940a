"""PostgreSQL: the one `DATABASE_URL` names, or the embedded one."""

from typing import Any

from agency.embedded.cluster import DATABASE, ROLE

from .environment import env


def database() -> dict[str, Any]:
    """Django's settings of the one database."""
    if env.str("DATABASE_URL", default=""):
        config: dict[str, Any] = dict(env.db("DATABASE_URL"))
    else:
        config = {"ENGINE": "agency.embedded", "NAME": DATABASE, "USER": ROLE}
    config["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
    config["CONN_HEALTH_CHECKS"] = True
    if name := env.str("TEST_DATABASE_NAME", default=""):
        config["TEST"] = {"NAME": name}
    behind_pgbouncer = env.bool("PGBOUNCER", default=False)
    config["DISABLE_SERVER_SIDE_CURSORS"] = behind_pgbouncer
    if not behind_pgbouncer:
        # The statements of the intake are planned once a connection. A pooler that hands out another server
        # connection for each transaction would not find them again.
        config.setdefault("OPTIONS", {}).update(server_side_binding=True, prepare_threshold=2)
    return config


DATABASES = {"default": database()}
