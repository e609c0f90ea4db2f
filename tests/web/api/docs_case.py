"""The site that the examples of docs/api.md ask."""

import tempfile
from functools import cache
from pathlib import Path

from fastapi.testclient import TestClient

from tests.web.site_case import make_record, site


@cache
def small_site() -> TestClient:
    """Give a client of a site on the small record of the tests."""
    folder = Path(tempfile.mkdtemp(prefix="havre-docs-"))
    return TestClient(site(make_record(folder / "record")))
