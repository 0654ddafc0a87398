"""A domain as a sentence, for people who read what was searched for."""

from odoo.fields import Domain

SHOWN = 5


def domain_words(model, domain):
    """:param model: recordset whose user and language count
    :return: text, "" for no condition"""
    terms = list(Domain(domain))
    return _sentence(model, terms) if terms else ""


def _sentence(model, terms):
    """Read one condition from the front of a list in prefix notation."""
    env, term = model.env, terms.pop(0)
    if term in ("&", "|"):
        words = [_sentence(model, terms), _sentence(model, terms)]
        if term == "&":
            return env._("%(one)s and %(other)s", one=words[0], other=words[1])
        return env._("(%(one)s or %(other)s)", one=words[0], other=words[1])
    if term == "!":
        return env._("not (%(condition)s)", condition=_sentence(model, terms))
    return _condition(model, *term)


def _condition(model, path, operator, value):
    env = model.env
    if not isinstance(path, str):
        return env._("everything") if path else env._("nothing")
    labels, field, of = [], None, model
    for name in path.split("."):
        field = of._fields.get(name) if of is not None else None
        if field is None:
            labels.append(name)
            continue
        labels.append(field._description_string(env) or name)
        of = env[field.comodel_name] if field.relational else None
    label = " / ".join(labels)
    if operator in ("any", "not any", "any!", "not any!") and of is not None:
        inner = domain_words(of, value) if isinstance(value, list | Domain) else "?"
        if operator.startswith("not"):
            return env._("%(field)s: none with %(what)s", field=label, what=inner)
        return env._("%(field)s: any with %(what)s", field=label, what=inner)
    return f"{label} {_operator(env, operator)} {_value(env, field, value)}"


def _operator(env, operator):
    words = {
        "=": env._("is"),
        "!=": env._("is not"),
        "in": env._("is"),
        "not in": env._("is not"),
        "ilike": env._("contains"),
        "not ilike": env._("does not contain"),
        "child_of": env._("is or is under"),
    }
    return words.get(operator, operator)


def _value(env, field, value):
    values = value if isinstance(value, list | tuple | set) else [value]
    words = [_word(env, field, one) for one in list(values)[:SHOWN]]
    if len(values) > SHOWN:
        words.append(env._("%(count)s more", count=len(values) - SHOWN))
    return ", ".join(words)


def _word(env, field, value):
    if field is not None and field.type == "boolean":
        return env._("yes") if value else env._("no")
    if value is False or value is None:
        return env._("empty")
    if field is not None and field.type == "selection":
        return dict(field._description_selection(env)).get(value, str(value))
    if field is not None and field.relational and isinstance(value, int):
        linked = env[field.comodel_name].browse(value).exists()
        return linked.sudo().display_name or str(value)
    return str(value)
