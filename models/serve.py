"""The one door of the product to its model. Imports neither torch nor scikit-learn, ever."""

from pathlib import Path

from models.encoder import EncoderReader
from models.errors import ArtifactRefused
from models.predictions import Reader
from models.registry import CURRENT, read_current


def load_reader(folder: Path | None = None) -> Reader:
    """The reader over an artifact's folder, by default the one that CURRENT.toml names.

    Takes well under a second; call it once a process. Raises ArtifactRefused.
    """
    if folder is not None:
        return EncoderReader.open(folder)
    current = read_current()
    reader = EncoderReader.open(current.folder)
    if reader.version != current.version:
        raise ArtifactRefused(
            current.folder,
            f"is {reader.version}, but {CURRENT} promotes {current.version}",
            remedy=f"restore the folder, or review the model and name its version in {CURRENT}",
        )
    return reader
