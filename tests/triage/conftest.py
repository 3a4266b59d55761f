"""Failures are part of these tests: they are logged plainly, since drawing each with its variables takes seconds."""

import pytest
import structlog


@pytest.fixture(autouse=True, scope="session")
def plain_logs() -> None:
    """Tracebacks as Python prints them."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, plain])
