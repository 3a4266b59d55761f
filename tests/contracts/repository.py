"""The source tree as the contracts read it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PACKAGES = ("listener", "models", "triage", "api")


def modules() -> list[Path]:
    """Every Python file of the four packages."""
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def dotted(path: Path) -> str:
    """The name by which a module is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
