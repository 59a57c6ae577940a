"""The whole product, killed at random while leads run through the first hour of their sequence; then everything is counted.

`python -m tests.faults.chaos [--leads N] [--seconds S] [--seed N] [--broker redis|rabbitmq]`
"""
