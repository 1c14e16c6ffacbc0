"""What can go wrong, in the hotline's words. Wrapped at the edge it comes from, turned into HTTP in one place."""


class HotlineError(Exception):
    """Anything the hotline expects to go wrong."""


class CaseNotFound(HotlineError):
    """No case has this code."""


class CaseConflict(HotlineError):
    """Somebody else changed the case first; load it again."""


class ActionNotAllowed(HotlineError):
    """The case's status does not allow this action to this actor."""


class AlreadyReceived(HotlineError):
    """This message was taken before; its stored reply is the answer."""


class CalendarGap(HotlineError):
    """A count runs into a year whose holidays nobody entered."""


class StorageUnavailable(HotlineError):
    """The database did not answer or asked to slow down; nothing was written."""


class SecretsUnavailable(StorageUnavailable):
    """The secrets could not be read; the message names the path and the cloud's own word for why."""


class LinkNotValid(HotlineError):
    """A signed link was altered, has expired or belongs to an earlier assignment."""


class SignatureNotValid(HotlineError):
    """A webhook was not signed by the provider it claims to come from."""


class MalformedRequest(HotlineError):
    """A webhook or form lacks what it must carry; the message names the field, never its content."""


class PageNotFound(HotlineError):
    """There is no such public page."""


class CrossSite(HotlineError):
    """A form was posted from somebody else's site."""


class LimitReached(HotlineError):
    """One sender or network did a thing too often; the message names the limit, never who."""


class SendFailed(HotlineError):
    """A provider refused a message. `retry` tells whether a later try may succeed; `alarm` whether ops must look."""

    def __init__(self, reason: str, *, retry: bool, alarm: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry = retry
        self.alarm = alarm


class SendUncertain(HotlineError):
    """A send whose outcome is unknown: it may have gone out."""


class RecordingUnavailable(HotlineError):
    """A recording cannot be had or deleted. `retry`: a later try may succeed; `alarm`: ops must look."""

    def __init__(self, reason: str, *, retry: bool, alarm: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry = retry
        self.alarm = alarm


class FileRefused(HotlineError):
    """A file somebody sent is not taken; the word says why (`domain.attachment.REFUSALS`)."""


class SettingMissing(HotlineError):
    """A setting is absent or wrong; the message names the variable, the province and the remedy."""


class NothingPublished(SettingMissing):
    """No province pack is in force yet."""


NAMES_ONLY_THINGS = (
    LimitReached,
    MalformedRequest,
    SignatureNotValid,
    SettingMissing,
    CalendarGap,
    SecretsUnavailable,
)
"""Errors whose message names a field, a setting or a file, never a person: the log may repeat it, remedy and all."""
