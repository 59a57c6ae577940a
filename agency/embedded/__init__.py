"""A real PostgreSQL for a machine that has none, from the binaries of a wheel.

`base` is the Django engine, `cluster` what each process that uses the server does, `keeper` the one process that
creates, starts, watches and stops it, `account` the unprivileged account it runs under when started by root.
"""
