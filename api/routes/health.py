"""GET /health: is this process able to answer, and is the record there?"""

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool

from api.dependencies import Now, ServicesHere

router = APIRouter(tags=["health"])


@router.get("/health")
async def health(services: ServicesHere, now: Now) -> dict[str, str]:
    """200 when the record answers, 503 when it does not. Says nothing about its content."""
    await run_in_threadpool(services.database.ping)
    return {"status": "ok", "at": now.isoformat()}
