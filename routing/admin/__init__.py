"""The admin of routing."""
