"""QR codes as pictures that a page or a printer draws sharp at any size."""

from functools import lru_cache

import qrcode
from markupsafe import Markup

# Modules of white around the code; readers ask for four.
QUIET = 4


@lru_cache(maxsize=1024)
def qr_matrix(text):
    """The modules of the QR code of a text, without a border.

    :param str text: not empty
    :return: tuple of rows, each a tuple of bool, True for a dark module; error
        correction M, as a scratched print or a dirty phone still reads
    """
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    return tuple(tuple(map(bool, row)) for row in code.get_matrix())


def dark_runs(row):
    """:return: list of (first column, length) of the dark stretches of a row"""
    runs = []
    for column, dark in enumerate(row):
        if not dark:
            continue
        if runs and sum(runs[-1]) == column:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((column, 1))
    return runs


def qr_svg(text, label=""):
    """A QR code as inline SVG: black on white with its quiet zone, one unit a module.

    :param str text: what the code holds
    :param str label: what screen readers say; without one they pass it over
    :return: Markup
    """
    matrix = qr_matrix(text)
    size = len(matrix) + 2 * QUIET
    path = "".join(
        f"M{column + QUIET} {line + QUIET}h{length}v1h-{length}z"
        for line, row in enumerate(matrix)
        for column, length in dark_runs(row)
    )
    said = Markup('role="img" aria-label="%s"') % label
    if not label:
        said = Markup('aria-hidden="true"')
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="o_qr" %(said)s '
        'viewBox="0 0 %(size)s %(size)s" shape-rendering="crispEdges">'
        '<rect width="%(size)s" height="%(size)s" fill="#fff"/>'
        '<path fill="#000" d="%(path)s"/></svg>'
    ) % {"said": said, "size": size, "path": path}
