"""Values that clients may not choose, though the fields are there to be read.

A field that is read-only on a form can be written by a remote call all the same, and
`default_...` keys of the context, which travel with each call, fill what the values of
a new record leave open.
"""


def without_defaults(records, names):
    """:return: `records` with a context that has no default for the fields `names`"""
    forged = {f"default_{name}" for name in names} & records.env.context.keys()
    if not forged:
        return records
    context = {
        key: value for key, value in records.env.context.items() if key not in forged
    }
    return records.with_context(context)  # pylint: disable=context-overridden
