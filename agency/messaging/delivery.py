"""Handing due messages to their providers: claim, ask the gate, talk, record.

No transaction is open while a provider is talked to. Staff are told at least once: a message in flight past its lease is due
again. Consumers are told at most once: such a message is stuck, and only a person may send it again.
"""

import logging
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic
from traceback import format_tb

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import Case, Q, Value, When, prefetch_related_objects

from agency.due import IN_FLIGHT, DueState, claim_each, is_any, record
from agency.messaging import channels, feedback, gate, unheard
from agency.messaging.models import Audience, Channel, Message

LEASE = timedelta(seconds=30)
"""How long a claimed message is left alone. Half of it is for starting deliveries, the other half for the last one to end."""
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 900, 3600))
"""Waits between attempts; after the last one the message has failed."""
BATCH = 25
"""Messages to consumers claimed at once: of so many, at most, nobody knows whether they were sent when a worker is killed."""
STAFF_BATCH = 100
"""Messages to staff claimed at once; those that a worker leaves behind are sent again."""
RECORD_EVERY = 0.25
"""Seconds of deliveries recorded by one statement: of so much, at most, staff are told again when a worker is killed."""
LOOK_EVERY = 0.25
"""Seconds after which it is looked up once more whether what is left is still to be said."""

STILL_OURS = """work.attempts = new.attempts
    AND (work.state IN ('in_flight', 'stuck') OR (work.state = 'due' AND new.state = 'done'))"""
"""What the row must say for the outcome of an attempt to count: nobody claimed it since. One that was taken for lost and is to go
out again has arrived after all."""

EXPIRED_STAFF = "The process delivering it ended; it is tried again."
EXPIRED_CONSUMER = "The process delivering it ended; nobody knows whether it was sent."
UNCLEAR = "The provider's answer was lost; nobody knows whether it was sent."
NO_ADDRESS = "There is no address to send it to."
NO_CHANNEL = "There is no such channel yet."
NO_ANSWER_FROM_GATE = "Whether it may be sent could not be told."

logger = logging.getLogger(__name__)


def deliver_due(now: datetime, limit: int = BATCH, seconds: float = 10.0) -> int:
    """Every message due at `now` was handed to its provider, refused with a reason, or put off; return how many were claimed.

    Works in batches of `limit` messages to consumers and, if that is more, `STAFF_BATCH` to staff, one statement for each stage
    of a batch, and starts no batch after `seconds`.
    """
    started = monotonic()
    recover(now)
    most = {Audience.STAFF: max(limit, STAFF_BATCH), Audience.CONSUMER: limit}
    kinds = [(Message.objects.filter(audience=audience), number) for audience, number in most.items()]
    total = 0
    while is_any(Message, now) and (batch := claim_each(kinds, now + timedelta(seconds=monotonic() - started), LEASE)):
        total += len(batch)
        handed_back = _deliver_batch(batch, now)
        claimed = Counter(message.audience for message in batch)
        is_last = all(claimed[audience] < number for audience, number in most.items())
        if is_last or handed_back or monotonic() - started > seconds:
            break
    return total


def recover(now: datetime) -> int:
    """Messages in flight past their lease are due again (staff) or stuck (consumers); return how many."""
    for_consumer = Q(audience=Audience.CONSUMER)
    return Message.objects.filter(state=IN_FLIGHT, leased_until__lte=now).update(
        state=Case(When(for_consumer, then=Value(DueState.STUCK)), default=Value(DueState.DUE)),
        outcome=Case(When(for_consumer, then=Value(EXPIRED_CONSUMER)), default=Value(EXPIRED_STAFF)),
        leased_until=None,
    )


def _deliver_batch(batch: Sequence[Message], now: datetime) -> bool:
    """Deliver what was just claimed; True when time ran out and the rest was handed back."""
    started = monotonic()
    prefetch_related_objects([message for message in batch if message.audience == Audience.CONSUMER], "user")  # who signs
    unrecorded = _refuse(batch, now)
    left = deque(message for message in batch if message.state == DueState.IN_FLIGHT)
    providers: dict[str, channels.Provider] = {}
    problems: list[tuple[Message, feedback.Problem]] = []
    recorded_at = started
    withdrawn: Mapping[int, str] = {}
    looked_at = float("-inf")
    try:
        while left and monotonic() - started <= LEASE.total_seconds() / 2:
            if monotonic() - looked_at > LOOK_EVERY:
                withdrawn, looked_at = _withdrawn(left), monotonic()
            message = left.popleft()  # before it is tried: whatever interrupts that, it is not handed back as if untried
            if message.pk in withdrawn:
                _finish(message, DueState.SKIPPED, withdrawn[message.pk], now)
            elif problem := _deliver(message, providers, now):
                problems.append((message, problem))
            unrecorded.append(message)
            if monotonic() - recorded_at > RECORD_EVERY:
                _record(unrecorded, now)
                unrecorded, recorded_at = [], monotonic()
    finally:
        for message in left:
            message.state, message.leased_until, message.attempts = DueState.DUE, None, message.attempts - 1
        _record(unrecorded, now)
        _hand_back(left)
        for provider in providers.values():
            provider.close()
    for message, problem in problems:
        feedback.report(message, problem, now)
    return bool(left)


def _refuse(batch: Sequence[Message], now: datetime) -> list[Message]:
    """Ask the gate about all consumer messages at once; those it refuses are skipped or put off, and returned."""
    asked = [message for message in batch if message.audience == Audience.CONSUMER]
    try:
        answers: Mapping[int, gate.Permission] = gate.ask(asked, now)
    except Exception:
        logger.exception("The gate failed for %s messages; they wait", len(asked))
        for message in asked:
            _try_later(message, NO_ANSWER_FROM_GATE, now)
        return asked
    refused = [message for message in asked if not answers[message.pk].allowed]
    for message in refused:
        answer = answers[message.pk]
        if answer.retry_at is None:
            _finish(message, DueState.SKIPPED, answer.reason, now)
        else:
            _put_off(message, answer.reason, answer.retry_at)
    return refused


def _deliver(message: Message, providers: dict[str, channels.Provider], now: datetime) -> feedback.Problem | None:
    """Talk to the provider; the message's state says what came of it, and what is returned what that means beyond it."""
    try:
        message.provider_id = _provider(message, providers).deliver(message)[:120]
    except channels.RefusedError as error:
        _finish(message, DueState.FAILED, str(error), now)
        return error.problem
    except channels.UnavailableError as error:
        _try_later(message, str(error), now, error.wait)
        return error.problem
    except Exception as error:
        # Where, and not what it says: the words of a provider's error may quote the address.
        where = "".join(format_tb(error.__traceback__))
        logger.error("Message %s: the provider of %s failed (%s)\n%s", message.pk, message.channel, type(error).__name__, where)
        if message.audience == Audience.CONSUMER:
            _finish(message, DueState.STUCK, UNCLEAR, now)
        else:
            _try_later(message, UNCLEAR, now)
    else:
        _finish(message, DueState.DONE, "", now)
    return None


def _withdrawn(messages: Iterable[Message]) -> Mapping[int, str]:
    """Those to consumers that are not to be said any more, for what happened since they were claimed, and why."""
    asked = [message.pk for message in messages if message.audience == Audience.CONSUMER]
    taken = Message.objects.filter(pk__in=asked).exclude(withdrawn="")
    return dict(taken.values_list("pk", "withdrawn")) if asked else {}


def _provider(message: Message, providers: dict[str, channels.Provider]) -> channels.Provider:
    """The provider of the message's channel; whatever is wrong with it at this point, nothing was sent yet."""
    if message.channel not in channels.channels():
        raise channels.RefusedError(NO_CHANNEL)
    if not message.to and message.channel != Channel.IN_APP:
        raise channels.RefusedError(NO_ADDRESS)
    if message.channel not in providers:
        try:
            providers[message.channel] = channels.provider(message.channel)
        except Exception as error:
            # An error that is not ours may quote the URL, which holds a password.
            why = error if isinstance(error, ImproperlyConfigured) else type(error).__name__
            raise channels.UnavailableError(f"The provider cannot be used: {why}") from error
    return providers[message.channel]


def _finish(message: Message, state: DueState, outcome: str, now: datetime) -> None:
    message.state, message.outcome, message.leased_until = state, outcome, None
    message.finished_at = None if state == DueState.STUCK else now


def _try_later(message: Message, outcome: str, now: datetime, wait: timedelta | None = None) -> None:
    if message.attempts > len(BACKOFF):
        return _finish(message, DueState.FAILED, outcome, now)
    usual = BACKOFF[message.attempts - 1]
    return _put_off(message, outcome, now + (min(max(wait, usual), BACKOFF[-1]) if wait else usual))


def _put_off(message: Message, outcome: str, until: datetime) -> None:
    message.state, message.outcome, message.due_at, message.leased_until = DueState.DUE, outcome, until, None


def _record(messages: Sequence[Message], now: datetime) -> None:
    """Write what came of each; where staff heard nothing for good, their managers are told in the same transaction."""
    lost = [message for message in messages if unheard.is_lost(message)]
    _write([message for message in messages if message not in lost])
    if lost:
        with transaction.atomic():
            unheard.lock()
            _write(lost)
            unheard.tell_managers(lost, now)


def _write(messages: Sequence[Message]) -> None:
    """Write what came of each, unless somebody took the row over since: then their word stands."""
    fields = ("state", "due_at", "leased_until", "finished_at", "outcome", "provider_id")
    record(Message, messages, fields, where=STILL_OURS)


def _hand_back(messages: Sequence[Message]) -> None:
    """What was claimed and not started is due again, as if it had not been claimed."""
    record(
        Message,
        messages,
        ("state", "leased_until"),
        where="work.attempts = new.attempts + 1 AND work.state IN ('in_flight', 'stuck')",
    )
