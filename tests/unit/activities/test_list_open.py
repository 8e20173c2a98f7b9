"""What is open is listed a page at a time."""

from activities import list_open
from restore.messages.model import Outcome
from restore.messages.reconcile_io import ListOpen, OpenRequests
from storage import open_index
from tests.fakes.app_harness import START, AppHarness


def listed(token: str | None) -> OpenRequests:
    found = Outcome.from_json(list_open.list_open(ListOpen(token=token).as_json()))
    assert found.kind == "done", found
    return OpenRequests.from_json(found.value)


def test_a_page_has_twenty_requests(harness: AppHarness) -> None:
    ids = [f"r{number:02}" for number in range(41)]
    for each in ids:
        open_index.opened(harness.documents, each, START)
    pages, token = [], None
    for _ in range(3):
        page = listed(token)
        pages.append(list(page.request_ids))
        token = page.token
    assert pages == [ids[:20], ids[20:40], ids[40:]]
    assert token is None
