"""``report.html``: one self-contained page."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cohortopt.model.facts import Facts
from cohortopt.model.solution import Solution
from cohortopt.report.why import Audience, why

if TYPE_CHECKING:
    import jinja2


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """Return the template environment: everything is escaped, unknown names are errors."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("cohortopt.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def report_html(solution: Solution, facts: Facts, *, audience: Audience = "manager") -> str:
    """Return the page as text."""
    template = environment().get_template("report.html.j2")
    return template.render(solution=solution, facts=facts, why=why, audience=audience)
