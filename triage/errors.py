"""Named errors with stable codes. What each means in HTTP is decided in api/, in a shell in api/cli/."""

from pathlib import Path


class DengarError(Exception):
    """Base of every error that a caller can act on. ``code`` never changes once published."""

    code = "dengar.error"

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class InvalidPost(DengarError):
    """A post that cannot be accepted: names the field, where it stands and what to do."""

    code = "post.invalid"

    def __init__(self, field: str, problem: str, *, remedy: str = "") -> None:
        super().__init__(f"{field}: {problem}", remedy=remedy)
        self.field = field
        self.problem = problem


class UnknownSource(InvalidPost):
    """The post names a source that the city pack does not declare."""

    code = "source.unknown"

    def __init__(self, source: str, known: list[str]) -> None:
        super().__init__("source", f"unknown source {source[:80]!r}", remedy=f"use one of: {', '.join(known)}")


class PostTooLarge(InvalidPost):
    """A post above the size limit."""

    code = "post.too_large"


class CityPackError(DengarError):
    """A city pack that cannot be read, or whose parts contradict each other."""

    code = "city.invalid"


class ArchiveRefused(DengarError):
    """An archive of a city that cannot teach: names the file, the line (from 1; 0 for the whole) and the problem."""

    code = "city.archive_refused"

    def __init__(self, file: Path, line: int, problem: str) -> None:
        place = f"{file}, line {line}" if line else str(file)
        super().__init__(f"{place}: {problem}", remedy="give JSONL with text, address, kecamatan and kelurahan")


class NotFound(DengarError):
    """No such thing, or not for this viewer: the two are never told apart."""

    code = "not_found"


class NotAllowed(DengarError):
    """The action is not possible from the case's present status, or not for this role."""

    code = "action.not_allowed"


class Conflict(DengarError):
    """Someone else changed the case meanwhile."""

    code = "case.conflict"


class InvalidAction(DengarError):
    """An action whose input is wrong: an unknown agency, a missing reason, an unknown label."""

    code = "action.invalid"


class SignInFailed(DengarError):
    """Wrong name or password; never says which."""

    code = "signin.failed"


class KeyRefused(DengarError):
    """An API key that is missing, wrong or revoked."""

    code = "key.refused"


class NotMigrated(DengarError):
    """The database lacks migrations that this code needs."""

    code = "database.not_migrated"


class SettingsRefused(DengarError):
    """A setting that would be unsafe or cannot work."""

    code = "settings.refused"
