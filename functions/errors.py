"""What can go wrong, in the project's own words; HTTP and the command line translate it at their edge."""


class QingdanError(Exception):
    """Something a person can act on: `str(error)` is Chinese, names cause and cure, and holds no personal data."""


class SettingError(QingdanError):
    """A setting is missing or wrong; the message names the variable and the fix."""


class AuthoringError(QingdanError):
    """Content, a schema or a rule is wrong; the message names file, line, cause and cure."""


class NotFound(QingdanError):
    """There is no such thing, or the asker may not know of it."""


class GuardTaken(QingdanError):
    """Another live filing holds the same uniqueness guard."""


class IdempotencyMismatch(QingdanError):
    """The idempotency key was used before, with another body."""


class SequenceTaken(QingdanError):
    """An event of this number and sequence exists: a number collided, or a race was lost."""


class SealTaken(QingdanError):
    """A seal of this index exists: another one was made meanwhile."""


class StepRefused(QingdanError):
    """The step does not fit the state that the record is in."""


class StoreUnavailable(QingdanError):
    """The store cannot write now; nothing was stored, trying again later is right."""


class StoreLocked(QingdanError):
    """Another server holds this data folder."""
