"""The admin of the record."""
