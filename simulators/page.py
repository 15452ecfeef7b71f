"""A transcript as one self-contained page."""

from jinja2 import Environment, PackageLoader

from simulators.transcript import Transcript


def write_page(transcript: Transcript) -> str:
    """HTML that needs nothing from anywhere."""
    pages = Environment(loader=PackageLoader("simulators"), autoescape=True)
    return pages.get_template("day.html.j2").render(lines=transcript.lines, checks=transcript.checks)
