"""The account PostgreSQL runs under. PostgreSQL refuses root, so root hands it to an account without a name.

Only the server's own folders change owner; no folder's permissions are opened. So that the account can still reach
them below folders that only root may enter, it keeps root's capability to read and search any path.
"""

import ctypes
import os
import pwd
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agency.embedded.cluster import EmbeddedError

SERVER_ID: Final = 65017  # user and group; no account of that number exists, so nobody else can be it

PR_SET_SECUREBITS: Final = 28
SECBIT_NO_SETUID_FIXUP: Final = 4
PR_CAP_AMBIENT: Final = 47
PR_CAP_AMBIENT_RAISE: Final = 2
CAP_DAC_OVERRIDE: Final = 1
CAP_DAC_READ_SEARCH: Final = 2
LINUX_CAPABILITY_VERSION_3: Final = 0x20080522


@dataclass(frozen=True)
class Account:
    """Who the server is, and the capability it needs to reach its files (none for an ordinary user)."""

    uid: int
    gid: int
    capability: int | None = None

    def become(self) -> None:
        """This process (a child about to exec) has become the account."""
        if os.geteuid() == self.uid:
            return
        if self.capability is not None:
            # The capability outlives the change of user, and counts for access(), with which the server's programs
            # look for each other.
            _prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
        os.setgroups([])
        os.setgid(self.gid)
        os.setuid(self.uid)
        if self.capability is not None:
            _keep_only(self.capability)

    def preparation(self) -> Callable[[], None] | None:
        """What a child must do before exec: nothing for an ordinary user."""
        return None if os.geteuid() == self.uid else self.become

    def own(self, path: Path) -> None:
        """The path and all below it belong to the account."""
        if os.geteuid() != 0:
            return
        os.chown(path, self.uid, self.gid)
        for below in path.rglob("*"):
            os.chown(below, self.uid, self.gid, follow_symlinks=False)


def server_account(data: Path, binary: Path) -> Account:
    """Whoever owns the cluster; for a new one the present user, or for root the account without a name."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if data.exists() and data.stat().st_uid != 0:
        owner = data.stat()
        return Account(owner.st_uid, owner.st_gid, _reaching_capability(binary))
    return Account(SERVER_ID, SERVER_ID, _reaching_capability(binary))


def creating_account(server: Account) -> Account:
    """The account for `initdb`, which insists on one that has a name."""
    try:
        pwd.getpwuid(server.uid)
    except KeyError:
        nobody = pwd.getpwnam("nobody")
        return Account(nobody.pw_uid, nobody.pw_gid, server.capability)
    return server


def _reaching_capability(binary: Path) -> int | None:
    """Reading and searching is enough, unless the binaries themselves are closed to others."""
    if sys.platform != "linux":
        return None
    held = _permitted_capabilities()
    runnable = bool(binary.stat().st_mode & 0o001)
    if runnable and held & 1 << CAP_DAC_READ_SEARCH:
        return CAP_DAC_READ_SEARCH
    if held & 1 << CAP_DAC_OVERRIDE:
        return CAP_DAC_OVERRIDE
    raise EmbeddedError(
        "PostgreSQL refuses to run as root, and this root may not lend another account the way to its files. "
        "Run as an ordinary user, or set DATABASE_URL to a PostgreSQL server."
    )


def _permitted_capabilities() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapPrm:"):
            return int(line.split()[1], 16)
    return 0


def _prctl(option: int, second: int, third: int = 0) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, second, third, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def _keep_only(capability: int) -> None:
    """The process holds this one capability and hands it on over exec."""
    bit = 1 << capability
    header = (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)  # effective, permitted, inheritable; then their high halves
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability)
