"""`donelog gallery`: the page on which everything that is said can be looked at."""

from html import escape
from pathlib import Path

from typer.testing import CliRunner

from domain.people import Channel
from simulators.cli import app
from simulators.gallery import write
from tests.examples import examples


def test_every_example_is_on_the_page_on_all_three_channels(tmp_path: Path) -> None:
    file = tmp_path / "gallery.html"
    names = list(examples(Channel.SLACK))
    assert write(file) == len(names)
    page = file.read_text(encoding="utf-8")
    headings = [f"<h2>{escape(name.replace('_', ' '))}</h2>" for name in names]
    assert [heading for heading in headings if heading not in page] == []
    shown = [page.count(mark) for mark in ("<h3>Slack</h3>", "<h3>Discord</h3>", "srcdoc=")]
    assert shown == [len(names)] * 3


def test_where_the_page_cannot_be_written_that_is_said_before_anything_is_done(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "missing" / "page.html")
    for words in (["gallery", nowhere], ["demo", "--html", nowhere]):
        outcome = CliRunner().invoke(app, words)
        assert outcome.exit_code == 1
        assert outcome.output == f"donelog: {nowhere}: No such file or directory\n"
