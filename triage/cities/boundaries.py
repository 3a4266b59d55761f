"""Which kelurahan a coordinate lies in."""

import json
from collections.abc import Iterable

import shapely
from shapely.geometry import Point, shape

from triage.entities import Region


class Boundaries:
    """The polygons of one city in a spatial index, built once.

    ``geojson`` is a FeatureCollection in WGS 84 whose features carry the ``code`` of a region;
    features of codes that ``regions`` lacks are left out.
    """

    def __init__(self, geojson: str, regions: Iterable[Region]) -> None:
        known = {region.code: region for region in regions}
        features = [item for item in json.loads(geojson)["features"] if item["properties"]["code"] in known]
        self._regions = [known[item["properties"]["code"]] for item in features]
        # Simplified outlines may cross themselves, and such a polygon answers wrongly.
        self._tree = shapely.STRtree([shapely.make_valid(shape(item["geometry"])) for item in features])

    def locate(self, lat: float, lon: float) -> Region | None:
        """The kelurahan at a point in degrees, else the kecamatan; None outside the city.

        A few kelurahan have no published outline, so their kecamatan answers for them. On a
        shared border the first by code is taken, so that an answer never varies.
        """
        hits = [self._regions[hit] for hit in self._tree.query(Point(lon, lat), predicate="intersects")]
        return min(hits, key=lambda region: (region.level != "kelurahan", region.code), default=None)
