"""What the database's errors mean to the hotline. Everything leaves this package in the words of `errors.py`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pynamodb.exceptions import PynamoDBException, TransactWriteError

from chalicelib.errors import CaseConflict, HotlineError, StorageUnavailable

CONDITION_FAILED = "ConditionalCheckFailedException"
CANCELED = "TransactionCanceledException"

# The request itself is wrong: a fault of ours that a retry cannot mend, so it must surface as what it is.
_OUR_FAULT = frozenset(
    {"ValidationException", "SerializationException", "IdempotentParameterMismatchException"}
)
_CONFLICT = frozenset({CONDITION_FAILED, "TransactionConflictException", "TransactionInProgressException"})
_CONFLICT_REASONS = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
_BUSY_REASONS = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})


@contextmanager
def in_hotline_words(conflict: str = "Somebody else changed this first.") -> Iterator[None]:
    """
    Turn pynamodb's errors into the hotline's.

    Args:
        conflict: What a failed condition means here; the text of the CaseConflict.

    Raises:
        CaseConflict: A condition failed, or another transaction was at the same item.
        StorageUnavailable: Throttled, timed out, unreachable, denied, or an internal error of the engine.
    """
    try:
        yield
    except PynamoDBException as error:
        meaning = meaning_of(error, conflict)
        if meaning is None:
            raise
        raise meaning from error


def meaning_of(error: PynamoDBException, conflict: str) -> HotlineError | None:
    """The hotline's error for *error*; None where the request itself was wrong."""
    code = code_of(error)
    if code == CANCELED and isinstance(error, TransactWriteError):
        reasons = reason_codes(error)
        if any(reason in _BUSY_REASONS for reason in reasons):
            return StorageUnavailable("The database asked to slow down; nothing was written.")
        if any(reason in _CONFLICT_REASONS for reason in reasons):
            return CaseConflict(conflict)
        return None
    if code in _CONFLICT:
        return CaseConflict(conflict)
    if code in _OUR_FAULT:
        return None
    return StorageUnavailable(f"The database did not do it ({code or type(error.cause).__name__}).")


def code_of(error: PynamoDBException) -> str | None:
    """The engine's own name of an error; None when it said nothing, as after a time-out."""
    # pynamodb 6.1's `cause_response_code` breaks on botocore's time-outs, whose `response` is there but None.
    response = getattr(error.cause, "response", None) or {}
    code: str | None = response.get("Error", {}).get("Code")
    return code


def condition_failed(error: PynamoDBException) -> bool:
    """Whether a single write was refused by its own condition."""
    return code_of(error) == CONDITION_FAILED


def reason_codes(error: TransactWriteError) -> list[str | None]:
    """Why each action of a cancelled transaction was refused, in the order they were added; None = it was fine."""
    return [None if reason is None else reason.code for reason in error.cancellation_reasons]
