"""Tables whose rows are only ever added: the database itself refuses to change one."""

from django.db.migrations import RunSQL

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - TG_ARGV::text[] IS DISTINCT FROM to_jsonb(NEW) - TG_ARGV::text[] THEN
        RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


_KEEP = """
CREATE OR REPLACE FUNCTION refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


def never_deleted(table: str) -> RunSQL:
    """A migration's operation: rows of `table` cannot be deleted one by one; reversing lifts the guard."""
    trigger = f"{table}_is_kept"
    return RunSQL(
        sql=f"{_KEEP} CREATE TRIGGER {trigger} BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_delete();",
        reverse_sql=f"DROP TRIGGER {trigger} ON {table};",
    )


def append_only(table: str, *references: str) -> RunSQL:
    """A migration's operation: rows of `table` cannot be changed, except in the foreign keys `references`.

    Those move when what they point to is deleted or joined with another. Deleting rows stays possible, unless
    they are `never_deleted`; reversing lifts the guard.
    """
    arguments = ", ".join(f"'{column}'" for column in references)
    trigger = f"{table}_is_append_only"
    return RunSQL(
        sql=f"{_FUNCTION} CREATE TRIGGER {trigger} BEFORE UPDATE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION refuse_update({arguments});",
        reverse_sql=f"DROP TRIGGER {trigger} ON {table};",
    )
