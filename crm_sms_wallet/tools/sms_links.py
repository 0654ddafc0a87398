"""Addresses in messages: short links, and the one that ends the advertising.

Texts are prepared without a database.
"""

import re
import secrets

TOKEN_LENGTH = 8
TOKEN = re.compile(r"[A-Za-z0-9]{8}")
# Stands for the token of a message in a text that is prepared for many of them: as
# long as a token and of letters that count once, so that parts are counted right.
MARK = "@TOKEN@@"
# Telephones cut an address off at a sign that could end a sentence.
_NO_SIGNS = str.maketrans("-_", "Az")

# What an address may consist of. Thai is written without spaces: an address ends where
# the Thai text begins.
_ASCII = r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]"
URL = re.compile(rf"https?://(?:{_ASCII}+|[^\s/@{{}}]+(?:/{_ASCII}*)?)", re.IGNORECASE)
_ENDING = ".,;:!?)'"


def token():
    """:return: 8 letters and digits that nobody guesses (47 bits)"""
    return secrets.token_urlsafe(6).translate(_NO_SIGNS)


def is_token(text):
    """:return: whether a text has the form of a token"""
    return bool(TOKEN.fullmatch(text or ""))


def short_url(base, token, n=1):
    """The address of the ``n``-th link of a message.

    :param str base: ``https://shop.example``, without a slash at its end
    :param str token: of the delivery, or ``MARK``
    :param int n: number of a ``crm.sms.link``
    """
    return f"{base}/s/{token}" if n == 1 else f"{base}/s/{token}/{n}"


def opt_out_url(base, token):
    """:return: the address where one tap ends the advertising"""
    return f"{base}/u/{token}"


def find_urls(text):
    """:return: the web addresses in a text, each once, in their order"""
    found = (match.group().rstrip(_ENDING) for match in URL.finditer(text or ""))
    return list(dict.fromkeys(found))


def shorten(text, numbers, base, token):
    """Put short links in the place of web addresses.

    :param dict numbers: {address: number of its link}
    :return: the text; addresses that ``numbers`` does not know stay
    """

    def replaced(match):
        url = match.group().rstrip(_ENDING)
        rest = match.group()[len(url) :]
        n = numbers.get(url)
        return match.group() if n is None else short_url(base, token, n) + rest

    return URL.sub(replaced, text or "")
