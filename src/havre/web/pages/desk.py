"""The pages of the review desk, which stand in a package of their own: :mod:`havre.web.desk`."""

from fastapi import APIRouter, FastAPI

from havre.web.desk import contests, entry, oidc_pages, own_account, people, queue, releases
from havre.web.desk.room import add_desk

router = APIRouter(include_in_schema=False)
for _part in (entry, oidc_pages, queue, releases, contests, own_account, people):
    router.include_router(_part.router)


def set_up(app: FastAPI) -> None:
    """Give the app its desk."""
    add_desk(app)
