"""README.rst and static/description/index.html of a module, from readme/*.md.

The fragments are written in a small part of Markdown: headings, paragraphs, lists,
tables, bold, code and links. All but tables convert line by line.
"""

import ast
import re
from itertools import groupby

from docutils.core import publish_parts

from .modules import own_modules
from .paths import ROOT

FRAGMENTS = {
    "DESCRIPTION": None,
    "CONFIGURE": "Configuration",
    "USAGE": "Usage",
    "ROADMAP": "Known limits",
}
INLINE = (
    (r"\[([^\]]+)\]\((https?://[^)]+)\)", r"`\1 <\2>`__"),
    (r"(?<!`)`([^`]+)`(?![`_])", r"``\1``"),
)
PAGE = """<section class="oe_container">
<h1>{name}</h1>
<p><strong>{summary}</strong></p>
{body}
</section>
"""


def out_of_date(write=False):
    """The generated files that differ from their fragments; rewritten if `write`."""
    changed = []
    for name in own_modules():
        for path, text in _generated(ROOT / name).items():
            if not path.is_file() or path.read_text() != text:
                changed.append(path)
                if write:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text)
    return changed


def to_rst(markdown):
    """A fragment as reStructuredText, without its paragraphs changed."""
    lines = []
    for is_table, group in groupby(
        markdown.strip().splitlines(), lambda line: line.startswith("|")
    ):
        if is_table:
            lines += _table(list(group))
            continue
        for line in group:
            heading = re.match(r"#+ +(.*)", line)
            if heading:
                lines += [heading[1], "~" * len(heading[1])]
            else:
                lines.append(_inline(line))
    return "\n".join(lines)


def _inline(line):
    for pattern, replacement in INLINE:
        line = re.sub(pattern, replacement, line)
    return line


def _table(rows):
    """The lines of a table, whose first row is the heading, as reStructuredText."""
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in [rows[0], *rows[2:]]:
        cells = [_inline(cell.strip()) for cell in row.strip("|").split("|")]
        marks = ["   * -", *["     -"] * (len(cells) - 1)]
        pairs = zip(marks, cells, strict=True)
        lines += [f"{mark} {cell}".rstrip() for mark, cell in pairs]
    return lines


def _generated(folder):
    """{path: text} of what belongs into a module's folder."""
    manifest = ast.literal_eval((folder / "__manifest__.py").read_text())
    parts = []
    for name, title in FRAGMENTS.items():
        path = folder / "readme" / f"{name}.md"
        if path.is_file():
            heading = [title, "=" * len(title), ""] if title else []
            parts.append("\n".join([*heading, to_rst(path.read_text())]))
    body = "\n\n".join(parts)
    name = manifest["name"]
    bar = "=" * len(name)
    html = publish_parts(
        body,
        writer_name="html5",
        settings_overrides={"doctitle_xform": False, "initial_header_level": 2},
    )["body"]
    page = PAGE.format(name=name, summary=manifest["summary"], body=html.strip())
    licence = f"License: {manifest['license']}"
    return {
        folder / "README.rst": f"{bar}\n{name}\n{bar}\n\n{body}\n\n{licence}\n",
        folder / "static/description/index.html": page,
    }
