"""JSON values of others, made fit for the database."""

import math


def clean(value):
    """:return: a decoded JSON value without what the database cannot keep: zero bytes
    and halves of characters in texts, numbers that are none"""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [clean(each) for each in value]
    if isinstance(value, dict):
        return {clean(key): clean(each) for key, each in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
