"""Where every setting comes from: the environment, an optional `.env` beside `manage.py`, and the data folder."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent.parent

env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")

# A relative folder is one below the project, whatever folder a command is called from.
DATA_DIR = (BASE_DIR / Path(env.str("DATA_DIR", default="") or ".data").expanduser()).resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default=f"http://localhost:{PORT}").rstrip("/")


def _random_text() -> str:
    return secrets.token_urlsafe(64)


def kept_secret(path: Path, make: Callable[[], str] = _random_text) -> str:
    """The secret in this file, made at first use; the same for all processes that ask at once."""
    try:
        return path.read_text()
    except FileNotFoundError:
        pass
    mine = path.with_name(f"{path.name}.{os.getpid()}")
    mine.touch(mode=0o600)
    mine.write_text(make())
    try:
        os.link(mine, path)  # unlike a rename, this never replaces the secret of whoever was first
    except FileExistsError:
        pass
    finally:
        mine.unlink()
    return path.read_text()
