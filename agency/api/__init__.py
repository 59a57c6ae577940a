"""What every part of the REST API shares.

Nothing is imported here: the framework loads its default classes from these modules while it is itself being imported.
"""
