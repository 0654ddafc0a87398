"""setup/translations: bring the translation files up to date with the source."""

import argparse
import tempfile

from .ground import prepare_all
from .say import say

DESCRIPTION = """Write every module's i18n/<module>.pot anew and bring th.po in line:
translations stay, new terms come in empty, terms no longer used go. Takes about 20 s
(more after a change of the modules). Says how many terms still want a translation."""


def options(arguments):
    parser = argparse.ArgumentParser(
        prog="setup/translations",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser.parse_args(arguments)


def prepare(_parsed):
    return prepare_all(tests=True)


def main(_parsed):
    from . import cmd_test, templates, translations

    with (
        cmd_test.clone(templates.template()) as database,
        tempfile.TemporaryDirectory() as folder,
    ):
        for name, path in translations.export(database, folder).items():
            say(f"{name}: {translations.update(name, path)} terms not translated")
    return 0
