"""The statements that every intake runs, by the shortest way to PostgreSQL.

A statement is prepared once a connection and then handed to libpq as it is. Django's cursor and psycopg's cost more time in the
process than most of these statements cost in the database. Their text depends on their shape, never on values, and casts say
what each parameter is.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import psycopg
from django.db import InterfaceError, OperationalError, connection
from psycopg._preparing import PrepareManager
from psycopg.adapt import Transformer
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, TransactionStatus

Row = tuple[Any, ...]
Parameters = Sequence[Any] | Mapping[str, Any]

MOST: Final = 200
"""Statements kept prepared on one connection; any further ones go by Django's cursor."""
NUL: Final = "PostgreSQL text fields cannot contain NUL (0x00) bytes"
_PLACE = re.compile(r"%(?:%|s|\((\w+)\)s)")
_NEEDS_QUOTES = re.compile(r'["\\]')
_GOOD = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


class _Session(PrepareManager):
    """What was prepared on one connection, by psycopg and here; it takes the place of psycopg's own record.

    After a rollback psycopg drops everything that was ever prepared on the connection, so what was prepared here goes with it.
    """

    def __init__(self, driver: "psycopg.Connection[Any]") -> None:
        super().__init__()
        vars(self).update(vars(driver._prepared))
        self.reader = Transformer(driver)
        self.names: dict[str, bytes] = {}
        self._count = 0

    def clear(self) -> bool:
        """All is forgotten, and about to be dropped on the server; False when psycopg had prepared nothing: then all stays."""
        dropped = super().clear()
        if dropped:
            self.names.clear()
        return dropped

    def is_about_to_drop(self) -> bool:
        """Whether psycopg will drop statements before it runs its next one."""
        return bool(self._to_flush)

    def new_name(self) -> bytes:
        """A name that this connection never used."""
        self._count += 1
        return b"_leadline_%d" % self._count


def run(sql: str, params: Parameters = ()) -> list[Row]:
    """The statement has been run, as by Django's cursor, and its rows are returned. Errors are `django.db`'s.

    Whoever listens to statements (DEBUG, a counting test, a wrapper) hears of these too; then, and behind a pooler that keeps no
    prepared statements, they take Django's cursor.
    """
    if connection.queries_logged or connection.execute_wrappers:
        return _by_cursor(sql, params)
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    driver: psycopg.Connection[Any] = connection.connection
    if driver.prepare_threshold is None:
        return _by_cursor(sql, params)
    session = driver._prepared
    if not isinstance(session, _Session):
        session = driver._prepared = _Session(driver)
    if session.is_about_to_drop() or (sql not in session.names and len(session.names) >= MOST):
        return _by_cursor(sql, params)
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        return _by_libpq(driver, session, sql, params)


def first(sql: str, params: Parameters = ()) -> list[Row]:
    """As `run`, for a statement that reads and begins a request: a connection that broke meanwhile is made anew.

    It saves the look at the connection that Django takes at the beginning of each request.
    """
    if connection.in_atomic_block or connection.connection is None or connection.health_check_done:  # type: ignore[attr-defined]
        return run(sql, params)
    connection.health_check_done = True  # type: ignore[attr-defined]  # django-stubs do not know it
    try:
        return run(sql, params)
    except (InterfaceError, OperationalError):
        connection.close()
        return run(sql, params)


def array(values: Sequence[Any]) -> str:
    """The values as the text of a PostgreSQL array, to be cast to its type: much cheaper than a list for the driver."""
    return "{" + ",".join([_element(value) for value in values]) + "}"


def _by_cursor(sql: str, params: Parameters) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def _by_libpq(driver: "psycopg.Connection[Any]", session: _Session, sql: str, params: Parameters) -> list[Row]:
    server = driver.pgconn
    text, names = _numbered(sql)
    values = [params[name] for name in names] if isinstance(params, Mapping) else params
    sent = [None if value is None else _text(value) for value in values]
    if not driver.autocommit and server.transaction_status == TransactionStatus.IDLE:
        _check(driver, server.exec_(b"BEGIN"))
    name = session.names.get(sql)
    if name is None:
        name = session.new_name()
        _check(driver, server.prepare(name, text))
        session.names[sql] = name
    result = _check(driver, server.exec_prepared(name, sent))  # type: ignore[arg-type]  # None is NULL
    if not result.ntuples:
        return []
    session.reader.set_pgresult(result)
    return session.reader.load_rows(0, result.ntuples, tuple)


def _check(driver: "psycopg.Connection[Any]", result: Any) -> Any:
    if result.status in _GOOD:
        return result
    # An error that the server did not send, for it has a code there: the connection broke, though libpq may not say so yet.
    if driver.pgconn.status == ConnStatus.BAD or result.error_field(DiagnosticField.SQLSTATE) is None:
        raise psycopg.OperationalError(driver.pgconn.error_message.decode(errors="replace"))
    raise psycopg.errors.error_from_result(result)


@lru_cache(maxsize=512)
def _numbered(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement with PostgreSQL's placeholders, and the names they stand for (none when they go by position)."""
    names: dict[str, int] = {}
    count = 0

    def place(found: re.Match[str]) -> str:
        nonlocal count
        if found[0] == "%%":
            return "%"
        if found[1] is None:
            count += 1
            return f"${count}"
        return f"${names.setdefault(found[1], len(names) + 1)}"

    return _PLACE.sub(place, sql).encode(), tuple(names)


def _text(value: Any) -> bytes:
    return _as_text(value).encode()


def _as_text(value: Any) -> str:
    how = _WORDS.get(type(value))
    if how is not None:
        return how(value)
    if isinstance(value, str):  # one of a TextChoices
        return _clean(str(value))
    raise TypeError(f"no way to send {type(value).__name__}")


def _clean(value: str) -> str:
    if "\0" in value:
        raise psycopg.DataError(NUL)
    return value


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if type(value) is int:
        return str(value)
    return '"' + _NEEDS_QUOTES.sub(r"\\\g<0>", _as_text(value)) + '"'


_WORDS: Final[Mapping[type, Callable[[Any], str]]] = {
    str: _clean,
    int: str,
    bool: lambda value: "t" if value else "f",
    datetime: datetime.isoformat,
    date: date.isoformat,
    Decimal: str,
    float: repr,
    list: array,
    tuple: array,
}
