"""The index of everything that answers HTTP."""

from fastapi import FastAPI

from api import errors, security
from api.body_limit import BodyLimit
from api.routes import alerts, assets, cases, desks, health, posts, signin
from triage.wiring import Services, process_services

ROUTERS = (
    posts.router,  # POST /api/v1/posts: programs bring posts
    health.router,  # GET /health
    signin.router,  # sign in and out
    desks.router,  # an agency's desk
    cases.router,  # a case and what officers do to it
    alerts.router,  # the live alert list
    assets.router,  # style sheets, scripts, map outlines
)


def create_app(services: Services | None = None) -> FastAPI:
    """The application over this process's services (or given ones, in tests)."""
    app = FastAPI(title="Dengar", version="1", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json")
    app.state.services = services or process_services()
    errors.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(BodyLimit)
    app.add_middleware(security.SecurityHeaders)  # the last one added is the outermost: refusals get them too
    return app
