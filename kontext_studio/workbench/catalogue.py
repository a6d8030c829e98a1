"""The catalogue of models as it is shipped with the program."""

from __future__ import annotations

from kontext_studio.core.models import Catalogue, catalogue_from_json
from kontext_studio.resources import read_json


def load_catalogue() -> Catalogue:
    """Read `models.json` of the resources; a few milliseconds."""
    data = read_json("models.json")
    if not isinstance(data, dict):
        raise TypeError("the catalogue of models is not an object")
    return catalogue_from_json(data)
