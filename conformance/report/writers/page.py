"""What every HTML page of this suite has in common: one file, one style, one policy, and text that stays text.

`render` puts a template into a page whose Content-Security-Policy allows its own style, and its own script where it has
one, by hash and nothing else. Jinja escapes all text and `printable` marks what would not show, whatever a server sent.
Must never import a writer.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance.report.text import printable

if TYPE_CHECKING:
    from conformance.report.language import Language


def render(template: str, language: Language, *, scripts: bool = False, extra: str = "", **values: object) -> bytes:
    """The template, which extends `base.html.j2`, as a page in UTF-8; with `scripts` also `report.js`. `extra` names a
    style sheet that this page has besides."""
    style = "\n".join(environment().get_template(name).render().strip() for name in ("report.css", extra) if name)
    script = environment().get_template("report.js").render().strip() if scripts else ""
    policy = ["default-src 'none'", f"style-src '{_digest(style)}'"]
    if script:
        policy.append(f"script-src '{_digest(script)}'")
    page = (
        environment()
        .get_template(template)
        .render(
            t=language.fill,
            say=language.say,
            word=language.word,
            language=language,
            style=Markup(style),  # noqa: S704 - our own file, no data in it
            script=Markup(script),  # noqa: S704 - as above
            policy="; ".join([*policy, "base-uri 'none'", "form-action 'none'"]),
            **values,
        )
    )
    return page.encode("utf-8")


@cache
def environment() -> Environment:
    """Templates of this package, with the escaping that text of a server needs."""
    return Environment(
        loader=PackageLoader("conformance.report.writers"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


def _shown(value: Any) -> Any:
    return value if isinstance(value, Markup) else printable(str(value))


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}"
