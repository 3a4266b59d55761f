"""GET /aset/...: style sheets and scripts. GET /peta/batas.geojson: the outlines of the city for the map."""

from fastapi import APIRouter, HTTPException, Request, Response

from api.boards.files import PublicFile, pack, public_file
from api.dependencies import ServicesHere
from triage.cities.pack import boundaries

router = APIRouter(include_in_schema=False)

FOREVER = "public, max-age=31536000, immutable"
"""The address of a public file changes with its content, so a browser never needs to ask again."""

A_DAY = "public, max-age=86400"


@router.get("/aset/{name}")
def asset(request: Request, name: str, v: str = "") -> Response:
    """A public file."""
    file = public_file(name)
    if file is None:
        raise HTTPException(404, "no such file")
    return _send(request, file, FOREVER if v == file.version else A_DAY)


@router.get("/favicon.ico")
def favicon(request: Request) -> Response:
    """The sign of Dengar, for browsers that ask by this name."""
    return asset(request, "dengar.svg")


@router.get("/peta/batas.geojson")
def outlines(request: Request, services: ServicesHere) -> Response:
    """Outlines of kecamatan and kelurahan: public facts, no case among them."""
    state = request.app.state
    if not hasattr(state, "outlines"):
        state.outlines = pack(boundaries(services.city.id).encode(), "application/geo+json")
    return _send(request, state.outlines, A_DAY)


def _send(request: Request, file: PublicFile, keep: str) -> Response:
    headers = {"Cache-Control": keep, "ETag": f'"{file.version}"', "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.zipped, headers=headers | {"Content-Encoding": "gzip"}, media_type=file.media_type)
    return Response(file.content, headers=headers, media_type=file.media_type)
