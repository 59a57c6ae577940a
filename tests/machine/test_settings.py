"""Settings from the environment: what is unset has a default that works, and is kept."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from agency.settings.environment import kept_secret

SHOW = """
import json
from agency import settings
names = {names!r}
print(json.dumps({{name: getattr(settings, name) for name in names}}, default=str))
"""


def loaded(folder: Path, *names: str, **env: str) -> dict[str, Any]:
    """These settings as a process with this environment sees them."""
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    done = subprocess.run(
        [sys.executable, "-c", SHOW.format(names=names)],
        cwd=settings.BASE_DIR,
        env={**clean, "DATA_DIR": str(folder), **env},
        capture_output=True,
        text=True,
        check=True,
    )
    values: dict[str, Any] = json.loads(done.stdout)
    return values


@pytest.fixture(autouse=True)
def no_env_file() -> None:
    assert not (settings.BASE_DIR / ".env").exists(), "a .env file changes what these tests see"


def test_nothing_set_means_everything_embedded(tmp_path: Path) -> None:
    values = loaded(tmp_path, "DATABASES", "CELERY_BROKER_URL", "DEBUG", "SESSION_COOKIE_SECURE", "SECRET_KEY")
    assert values["DATABASES"]["default"]["ENGINE"] == "agency.embedded"
    assert values["CELERY_BROKER_URL"].startswith("filesystem:")
    assert (values["DEBUG"], values["SESSION_COOKIE_SECURE"]) == (False, False)
    assert len(values["SECRET_KEY"]) > 50


def test_database_url_is_taken_with_prepared_statements(tmp_path: Path) -> None:
    database = loaded(tmp_path, "DATABASES", DATABASE_URL="postgres://me@db.example.com/crm")["DATABASES"]["default"]
    assert (database["ENGINE"], database["HOST"]) == ("django.db.backends.postgresql", "db.example.com")
    assert database["OPTIONS"] == {"server_side_binding": True, "prepare_threshold": 2}


def test_pgbouncer_turns_prepared_statements_off(tmp_path: Path) -> None:
    database = loaded(tmp_path, "DATABASES", DATABASE_URL="postgres://me@db/crm", PGBOUNCER="true")["DATABASES"]["default"]
    assert "OPTIONS" not in database or not database["OPTIONS"]
    assert database["DISABLE_SERVER_SIDE_CURSORS"] is True


def test_public_https_address_turns_on_what_belongs_to_it(tmp_path: Path) -> None:
    values = loaded(
        tmp_path,
        "ALLOWED_HOSTS",
        "CSRF_TRUSTED_ORIGINS",
        "SESSION_COOKIE_SECURE",
        "SECURE_HSTS_SECONDS",
        PUBLIC_BASE_URL="https://leads.example.com/",
    )
    assert "leads.example.com" in values["ALLOWED_HOSTS"]
    assert values["CSRF_TRUSTED_ORIGINS"] == ["https://leads.example.com"]
    assert values["SESSION_COOKIE_SECURE"] is True
    assert values["SECURE_HSTS_SECONDS"] > 0


def test_deployment_check_is_clean_behind_https(tmp_path: Path) -> None:
    # Browser tests that share this process talk to the database beside Playwright's loop; a deployment does not.
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env={
            **environment,
            "DJANGO_SETTINGS_MODULE": "agency.settings",
            "DATA_DIR": str(tmp_path),
            "PUBLIC_BASE_URL": "https://leads.example.com",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_relative_data_folder_lies_below_the_project_wherever_one_stands(tmp_path: Path) -> None:
    values = loaded(tmp_path, "DATA_DIR", DATA_DIR=".data", PYTHONPATH=str(settings.BASE_DIR))
    assert values["DATA_DIR"] == str(settings.BASE_DIR / ".data")


def test_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    first = kept_secret(path)
    assert kept_secret(path) == first
    assert len(first) > 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.django_db
def test_own_pages_allow_nothing_inline_and_the_admin_only_what_its_theme_needs(client: Client) -> None:
    ours = client.get("/healthz").headers["Content-Security-Policy"]
    assert "unsafe" not in ours
    assert "default-src 'none'" in ours
    admin = client.get("/admin/login/").headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval';" in admin + ";"
    assert "style-src 'self' 'unsafe-inline';" in admin + ";"
