"""What routes ask for: this process's services and the moment of the request."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from triage.wiring import Services


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _now() -> datetime:
    return datetime.now(UTC)


ServicesHere = Annotated[Services, Depends(_services)]
Now = Annotated[datetime, Depends(_now)]
