"""A Chromium for the browser tests: the system's, Playwright's, or one installed now.

`python -m tests.browser` makes sure there is one; `launch_options()` is what a test hands to Playwright.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"]
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NONE = """\
No Chromium for the browser tests, and none could be installed. Install one so that `chromium` or `google-chrome` is on
the PATH (Debian: apt-get install chromium), or set CHROMIUM to its path, and run the command again."""


def find() -> str | None:
    """The path of a Chromium that starts, or None."""
    for path in [os.environ.get("CHROMIUM"), *(shutil.which(name) for name in NAMES), MAC, _playwrights_own()]:
        if path and Path(path).is_file() and _starts(path):
            return path
    return None


def launch_options() -> dict[str, Any]:
    """Keyword arguments for `playwright.chromium.launch`."""
    path = find()
    if path is None:
        raise RuntimeError(NONE)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": path, "headless": True, "args": [*QUIET, *sandbox]}


def install() -> bool:
    """Whether there is a Chromium now."""
    commands = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        commands += [["apt-get", "update", "-q"], ["apt-get", "install", "-q", "-y", "chromium"]]
    for command in commands:
        print("No Chromium yet, trying:", " ".join(command), flush=True)
        subprocess.run(
            command, check=False, timeout=900, stdin=subprocess.DEVNULL, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        )
        if find():
            return True
    return False


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _starts(path: str) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def main() -> int:
    if find() or install():
        return 0
    print(NONE, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
