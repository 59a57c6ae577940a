"""Writing many rows of one model by one statement whose text does not depend on how many they are."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection, models


def insert(
    model: type[models.Model],
    rows: Sequence[Mapping[str, Any]],
    *,
    tail: str = "",
    params: Sequence[Any] = (),
    where: str = "",
    returning: str = "",
) -> list[tuple[Any, ...]]:
    """Insert rows given as {attribute: value}, all with the same keys; return what `returning` names, in the rows' order.

    `where` filters the rows (as `new`), with `params`; `tail` is what follows, such as ON CONFLICT.
    """
    if not rows:
        return []
    names = tuple(rows[0])
    values = [[row[name] for row in rows] for name in names]
    sql = _text(model, names) + (
        (f" WHERE {where}" if where else "") + (f" {tail}" if tail else "") + (f" RETURNING {returning}" if returning else "")
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *params])
        return cursor.fetchall() if returning else []


@lru_cache(maxsize=64)
def _text(model: type[models.Model], names: tuple[str, ...]) -> str:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns = [fields[name] for name in names]
    quoted = ", ".join(f'"{column.column}"' for column in columns)
    arrays = ", ".join(f"%s::{column.db_type(connection)}[]" for column in columns)
    return (
        f'INSERT INTO "{model._meta.db_table}" ({quoted}) '  # noqa: S608  (identifiers are the model's own)
        f"SELECT * FROM unnest({arrays}) AS new({quoted})"
    )
