"""Every fault this program can report, drawn as one tree.

StudioError
├── BadInput            what the person gave cannot be used (file, text, parameter); exit code 3
│   ├── BadPicture      a picture that is missing, not a picture or damaged
│   │   ├── PictureTooLarge  over the limits; tells the size at which it could be opened
│   │   └── OutOfMemory      whole as far as is known, and no room for its pixels now
│   └── BadRequest      a request the model's description does not allow; names the field
│       ├── AlreadyRunning  the same edit is under way
│       └── NotAsked    a price that could not be asked for without the risk of a run
├── ProviderError       the service answered and said no; exit code 4
│   ├── Unauthorized    the key or the proxy sign-in was not accepted
│   ├── NotAllowed      the key is good and may not do this
│   ├── OutOfCredit     the account cannot pay
│   ├── Refused         the request was understood and refused, field by field
│   ├── ContentBlocked  the service's content rules stopped it
│   ├── RateLimited     not accepted now, may be sent again later
│   ├── ServiceFailed   the service broke while working on it
│   ├── NotFound        model or request is unknown to the service
│   └── NoPicture       it finished, and sent no usable picture
├── RouteError          the service was not reached; exit code 5
│   ├── Unreachable     no connection was made: nothing was sent
│   ├── ConnectionLost  an established exchange broke
│   └── BadAnswer       something answered that is not the service, or not in its protocol
├── SessionError        the session file; exit code 6
│   ├── NotASession     foreign, empty or damaged beyond reading
│   ├── NewerSession    written by a newer version
│   ├── SessionLocked   open in another process
│   ├── SessionDamaged  readable in part
│   ├── ReadOnlySession cannot be written where it lies
│   ├── SessionGone     moved, deleted or replaced while it was open
│   ├── SessionClosed   put away meanwhile
│   └── DiskFull        no room to write
└── OutcomeUnknown      sent, and no answer came back: perhaps charged; exit code 7
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Charged(StrEnum):
    """Whether a failed run cost money, as far as is known."""

    NO = "no"
    YES = "yes"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One refusal that belongs to one field of the request.

    `field` is the wire name ("prompt", "image_url"); `kind` the service's type word, never parsed
    from text; `context` holds its facts (limits, unknown words with code point offsets) as given.
    """

    field: str
    kind: str
    message: str
    context: dict[str, object] | None = None


class StudioError(Exception):
    """Base of all faults that are reported in words.

    `message` is one plain sentence of what happened, `hint` what to do, `detail` redacted facts
    for the Details view (status, type, request id, host; never a key or a picture).
    """

    exit_code = 1
    kind = "fault"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        detail: str = "",
        charged: Charged = Charged.NO,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail
        self.charged = charged


class BadInput(StudioError):
    exit_code = 3
    kind = "bad_input"


class BadPicture(BadInput):
    kind = "bad_picture"


class PictureTooLarge(BadPicture):
    """`size` is what the file says of itself in pixels, or None where its head was not believed so
    far; `scaled` the size at which a scaled import opens it, None where there is none for it."""

    kind = "picture_too_large"

    def __init__(
        self,
        message: str,
        *,
        size: tuple[int, int] | None = None,
        scaled: tuple[int, int] | None = None,
        hint: str = "",
        detail: str = "",
    ) -> None:
        super().__init__(message, hint=hint, detail=detail)
        self.size = size
        self.scaled = scaled


class OutOfMemory(BadPicture):
    kind = "out_of_memory"


class BadRequest(BadInput):
    kind = "bad_request"

    def __init__(self, message: str, *, field: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field


class AlreadyRunning(BadRequest):
    kind = "already_running"


class NotAsked(BadRequest):
    """Nothing was sent: something on the way might have made a paid run of the question."""

    kind = "not_asked"


class ProviderError(StudioError):
    exit_code = 4
    kind = "provider"


class Unauthorized(ProviderError):
    kind = "unauthorized"


class NotAllowed(ProviderError):
    kind = "not_allowed"


class OutOfCredit(ProviderError):
    kind = "out_of_credit"


class Refused(ProviderError):
    """The service names what it will not do; `problems` belong to fields of the request."""

    kind = "refused"

    def __init__(
        self,
        message: str,
        *,
        problems: tuple[FieldProblem, ...] = (),
        hint: str = "",
        detail: str = "",
        charged: Charged = Charged.NO,
    ) -> None:
        super().__init__(message, hint=hint, detail=detail, charged=charged)
        self.problems = problems


class ContentBlocked(ProviderError):
    kind = "content_blocked"


class RateLimited(ProviderError):
    """`retry_after_s` is what the service asked for, None where it did not say."""

    kind = "rate_limited"

    def __init__(
        self, message: str, *, retry_after_s: float | None = None, detail: str = ""
    ) -> None:
        super().__init__(message, detail=detail)
        self.retry_after_s = retry_after_s


class ServiceFailed(ProviderError):
    kind = "service_failed"


class NotFound(ProviderError):
    kind = "not_found"


class NoPicture(ProviderError):
    kind = "no_picture"


class RouteError(StudioError):
    exit_code = 5
    kind = "route"


class Unreachable(RouteError):
    kind = "unreachable"


class ConnectionLost(RouteError):
    kind = "connection_lost"


class BadAnswer(RouteError):
    kind = "bad_answer"


class SessionError(StudioError):
    exit_code = 6
    kind = "session"


class NotASession(SessionError):
    kind = "not_a_session"


class NewerSession(SessionError):
    kind = "newer_session"


class SessionLocked(SessionError):
    kind = "session_locked"


class SessionDamaged(SessionError):
    kind = "session_damaged"


class ReadOnlySession(SessionError):
    kind = "read_only_session"


class SessionGone(SessionError):
    kind = "session_gone"


class SessionClosed(SessionError):
    kind = "session_closed"


class DiskFull(SessionError):
    kind = "disk_full"


class OutcomeUnknown(StudioError):
    exit_code = 7
    kind = "outcome_unknown"

    def __init__(
        self, message: str, *, hint: str = "", detail: str = "", charged: Charged = Charged.MAYBE
    ) -> None:
        super().__init__(message, hint=hint, detail=detail, charged=charged)
