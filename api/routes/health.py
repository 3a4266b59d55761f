"""GET /health: is this process able to answer, and is the record there?"""

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool

from api.dependencies import Now, ServicesHere
from triage.wiring import Services

router = APIRouter(tags=["health"])


@router.get("/health")
async def health(services: ServicesHere, now: Now) -> dict[str, str]:
    """200 when the record answers. Says nothing about its content."""
    await run_in_threadpool(_touch_record, services)
    return {"status": "ok", "at": now.isoformat()}


def _touch_record(services: Services) -> None:
    services.views.last_alert()
