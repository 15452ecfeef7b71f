"""HTML templates by Jinja: everything that is put in is escaped, and what is not given is an error."""

from pathlib import Path

import jinja2


def load_template(folder: Path, name: str) -> jinja2.Template:
    """The template of that file name in `folder`; templates it includes are looked for there, too.

    Raises:
        jinja2.TemplateError: it is not there, or malformed.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
