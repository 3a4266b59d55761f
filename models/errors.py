"""Named errors of the models package, with stable codes. Each says what is wrong and what to do."""

from pathlib import Path


class ModelsError(Exception):
    """Base of every error of this package. ``code`` never changes once published."""

    code = "models.error"

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(f"{message}; {remedy}" if remedy else message)
        self.message = message
        self.remedy = remedy


class ArtifactRefused(ModelsError):
    """An artifact with a missing, changed, unknown or unreadable file: it is never served."""

    code = "model.artifact_refused"

    def __init__(self, file: Path, problem: str, *, remedy: str = "") -> None:
        again = "restore the folder from where it was published, or train it again"
        super().__init__(f"{file}: {problem}", remedy=remedy or again)
        self.file = file
        self.problem = problem


class CorpusRefused(ModelsError):
    """A labelled file that cannot train or measure: names the file, the line (from 1) and the problem."""

    code = "model.corpus_refused"

    def __init__(self, file: Path, problem: str, *, line: int | None = None, remedy: str = "") -> None:
        place = f"{file}, line {line}" if line else str(file)
        super().__init__(f"{place}: {problem}", remedy=remedy)
        self.file = file
        self.line = line


class TrainingUnavailable(ModelsError):
    """The packages of the ``train`` extra are not installed."""

    code = "model.training_unavailable"

    def __init__(self, package: str) -> None:
        super().__init__(f"{package} is not installed", remedy="install the extra: pip install '.[train]'")


class ExportRefused(ModelsError):
    """A trained network that cannot be made to serve."""

    code = "model.export_refused"


class BaseUnavailable(ModelsError):
    """An encoder to start from that is not on this machine, or is none."""

    code = "model.base_unavailable"

    def __init__(self, name: str, problem: str) -> None:
        remedy = "name a folder with config.json, model.safetensors and tokenizer.json, or go online once to fetch it"
        super().__init__(f"the encoder {name!r} cannot be had: {problem}", remedy=remedy)
