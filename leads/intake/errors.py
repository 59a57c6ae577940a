"""How an intake is refused."""


class IntakeError(Exception):
    """What was sent cannot become a lead; `errors` says of each field what is wrong."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


class IdempotencyConflict(Exception):  # noqa: N818 - it is not the sender's error alone
    """The same Idempotency-Key came with another body; the first request stands."""

    MESSAGE = "This Idempotency-Key was used before with another body."

    def __init__(self) -> None:
        super().__init__(self.MESSAGE)
