"""Every job that is sent by name leads to a function that a worker can call."""

import importlib
import inspect

import pytest

from triage.queues import JOBS


@pytest.mark.parametrize("kind", JOBS)
def test_a_job_leads_to_a_function_without_arguments(kind: str) -> None:
    module, _dot, name = JOBS[kind].rpartition(".")
    job = getattr(importlib.import_module(module), name)
    assert inspect.isfunction(job)
    assert not inspect.signature(job).parameters, "a job carries no data"
