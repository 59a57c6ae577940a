"""Writing many rows of one model by one statement whose text does not depend on how many they are."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection, models

from agency import statements


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
    names, first = tuple(rows[0]), rows[0]
    same = tuple(all(row[name] == first[name] for row in rows) for name in names)
    alike = [first[name] for name, one in zip(names, same, strict=True) if one]
    each = [[row[name] for row in rows] for name, one in zip(names, same, strict=True) if not one]
    sql = _text(model, names, same) + (
        (f" WHERE {where}" if where else "") + (f" {tail}" if tail else "") + (f" RETURNING {returning}" if returning else "")
    )
    return statements.run(sql, [*alike, *each, *([len(rows)] if not each else []), *params])


@lru_cache(maxsize=256)
def _text(model: type[models.Model], names: tuple[str, ...], same: tuple[bool, ...]) -> str:
    """What all rows have in common is sent once, beside one array per column in which they differ."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns = [(f'"{fields[name].column}"', fields[name].db_type(connection), one) for name, one in zip(names, same, strict=True)]
    into = ", ".join(column for column, _, _ in columns)
    alike = [f"%s::{kind} AS {column}" for column, kind, one in columns if one]
    each = [column for column, _, one in columns if not one]
    arrays = [f"%s::{kind}[]" for _, kind, one in columns if not one]
    source = f"unnest({', '.join(arrays)}) AS each({', '.join(each)})" if each else "generate_series(1, %s::int)"
    return (
        f'INSERT INTO "{model._meta.db_table}" ({into}) '  # noqa: S608  (identifiers are the model's own)
        f"SELECT {into} FROM (SELECT {', '.join([*alike, *each])} FROM {source}) AS new"
    )
