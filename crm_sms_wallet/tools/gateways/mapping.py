"""How a record describes requests and answers, without a line of code.

Templates hold ``{names}``; answers are read by dotted paths such as
``data.messages.0.id``; tables are lines ``left = right``.
"""

import json
import re

NAME = re.compile(r"\{([a-z_]+)\}")


def fill(template, values):
    """:param values: dict of name to text
    :return: the template with each ``{name}`` replaced, once: what a value holds is
        never read as a template; unknown names stay as they are"""
    return NAME.sub(lambda found: str(values.get(found[1], found[0])), template or "")


def fill_json(template, values):
    """:param template: text of a JSON document, with names inside of its strings
    :return: the decoded document with the names replaced
    :raise ValueError: when it is no JSON"""
    return _filled(json.loads(template), values)


def _filled(part, values):
    if isinstance(part, str):
        return fill(part, values)
    if isinstance(part, list):
        return [_filled(item, values) for item in part]
    if isinstance(part, dict):
        return {key: _filled(item, values) for key, item in part.items()}
    return part


def pick(document, path):
    """:return: what stands at a dotted path, None where there is nothing"""
    if not path:
        return None
    for step in path.strip().split("."):
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.lstrip("-").isdigit():
            place = int(step)
            inside = -len(document) <= place < len(document)
            document = document[place] if inside else None
        else:
            return None
    return document


def pick_text(document, path):
    """:return: what stands at a dotted path as text, "" for nothing, a list or a
    dict"""
    value = pick(document, path)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() if isinstance(value, str | int | float) else ""


def table(text, separator="="):
    """:return: list of the pairs in lines ``left = right``; empty lines and those that
    begin with # are left out
    :raise ValueError: for a line without the separator"""
    pairs = []
    for line in (text or "").splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        left, found, right = line.partition(separator)
        if not found or not left.strip():
            raise ValueError(line)
        pairs.append((left.strip(), right.strip()))
    return pairs


def words(text):
    """:return: set of the words in a list with commas, in capitals"""
    return {word.strip().upper() for word in (text or "").split(",") if word.strip()}
