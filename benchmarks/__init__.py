"""What the program costs, measured beside a bare Django app on the same machine in the same run: `make bench`."""
