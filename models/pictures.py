"""Two pictures of a reader for its card: how far its sureness can be trusted, and what it takes for what.

Equal figures give equal bytes. Needs matplotlib, which the ``train`` extra brings.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import TrainingUnavailable
from models.predictions import HEADS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RELIABILITY, CONFUSION = "reliability.svg", "confusion.svg"
STYLE: dict[Any, Any] = {
    # Without a salt every id in the file is random, and with it a date no two files are equal.
    "svg.hashsalt": "dengar",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
INK, FAINT = "#1f4e79", "#b0b7bf"


def require() -> None:
    """Raises TrainingUnavailable when matplotlib is not installed: better before the work than after."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise TrainingUnavailable("matplotlib") from error


def draw(report: Mapping[str, Any], folder: Path) -> None:
    """Write RELIABILITY and CONFUSION of an evaluation (``models.evaluate``) into ``folder``.

    Raises TrainingUnavailable.
    """
    require()
    folder.joinpath(RELIABILITY).write_bytes(reliability(report["reliability"]))
    folder.joinpath(CONFUSION).write_bytes(confusion(report["confusion"]))


def reliability(bins: Mapping[str, Sequence[Mapping[str, float]]]) -> bytes:
    """The reliability diagram of each head, as SVG; ``bins`` as ``models.measure.reliability`` gives them.

    On the diagonal sureness is deserved; a dot under it boasts. The larger a dot, the more posts.
    """
    from matplotlib import style

    with style.context(STYLE, after_reset=True):
        figure, panels = _figure(len(HEADS), width=2.4, height=2.7)
        for head, axes in zip(HEADS, panels, strict=True):
            rows = bins[head]
            most = max((row["posts"] for row in rows), default=1)
            axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle="--")
            axes.plot([row["sure"] for row in rows], [row["right"] for row in rows], color=INK, linewidth=1)
            sizes = [8 + 72 * row["posts"] / most for row in rows]
            axes.scatter([row["sure"] for row in rows], [row["right"] for row in rows], s=sizes, color=INK)
            axes.set(title=head, xlim=(0, 1.03), ylim=(0, 1.03), aspect="equal", xlabel="chance it gave")
        panels[0].set_ylabel("share that was right")
        return _svg(figure)


def confusion(tables: Mapping[str, Mapping[str, Any]]) -> bytes:
    """What was meant against what was said, as SVG: head -> {"labels": [...], "posts": [meant][said]}.

    Numbers are posts; a cell is the darker, the larger its share of what was meant.
    """
    from matplotlib import style

    with style.context(STYLE, after_reset=True):
        figure, panels = _figure(len(tables), width=4.9, height=4.6)
        for (head, table), axes in zip(tables.items(), panels, strict=True):
            labels, counts = table["labels"], table["posts"]
            shares = [[count / max(1, sum(row)) for count in row] for row in counts]
            axes.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1)
            for y, row in enumerate(counts):
                for x, count in enumerate(row):
                    if count:
                        axes.text(x + 0.5, y + 0.5, str(count), ha="center", va="center", color=_on(shares[y][x]))
            axes.set(title=head, xlabel="said", ylabel="meant", aspect="equal")
            middles = [n + 0.5 for n in range(len(labels))]
            axes.set_xticks(middles, labels, rotation=40, ha="right")
            axes.set_yticks(middles, labels)
            axes.invert_yaxis()
        return _svg(figure)


def _on(share: float) -> str:
    return "white" if share > 0.5 else "black"


def _figure(panels: int, width: float, height: float) -> tuple["Figure", list["Axes"]]:
    """A row of panels; sizes in inches, of one panel."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width * panels, height), layout="constrained", facecolor="white")
    return figure, [figure.add_subplot(1, panels, n + 1) for n in range(panels)]


def _svg(figure: "Figure") -> bytes:
    from io import BytesIO

    from matplotlib.backends.backend_svg import FigureCanvasSVG

    FigureCanvasSVG(figure)
    content = BytesIO()
    figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None})
    return content.getvalue()
