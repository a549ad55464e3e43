"""The corpus report as it is read: in a browser, on a phone, in the dark."""

from pathlib import Path

import pytest

from ingest.corpus import CORPUS
from ingest.report import make_report, write_report
from tests.browser.conftest import WIDTHS, OpenTab


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on the real corpus."""
    folder = tmp_path_factory.mktemp("report")
    return write_report(make_report(CORPUS, sets=folder), folder)


@pytest.mark.parametrize("theme", ["light", "dark"])
@WIDTHS
def test_the_report_passes_axe_and_fits_its_window(viewport: dict, theme: str, page: Path, open_tab: OpenTab) -> None:
    """With everything unfolded: no violation, nothing to scroll sideways for, nothing loaded."""
    tab = open_tab(page.as_uri(), viewport=viewport, color_scheme=theme)
    for fold in tab.page.get_by_role("group").all():
        fold.evaluate("fold => { fold.open = true }")
    assert tab.violations() == []
    assert not tab.is_wider_than_its_window()
    assert [address for address in tab.requested if not address.startswith("data:")] == [page.as_uri()]
