"""What there is to say about the texts of a campaign, gathered batch by batch."""

from collections import Counter

from . import sms_parts

# So many characters to cut are worth a look, so many odd characters are shown.
FARTHEST = 40
SHOWN = 40

_GSM = frozenset(sms_parts.alphabet())


class TextFindings:
    """Which characters make messages Unicode, how many parts messages have, and how
    many characters to cut until one has a part less.

    :param stored: what :meth:`values` returned before
    """

    def __init__(self, stored=None):
        stored = stored or {}
        self.odd = dict.fromkeys(stored.get("odd") or "")
        self.parts = _counter(stored.get("parts"))
        self.cuts = _counter(stored.get("cuts"))

    def add(self, texts, parts):
        """:param parts: number of parts of each text"""
        self.parts.update(parts)
        odd = set("".join(texts)) - _GSM
        if len(self.odd) < SHOWN:
            self.odd.update(dict.fromkeys(sorted(odd - self.odd.keys())))
        self.cuts.update(
            cut
            for text, count in zip(texts, parts, strict=True)
            if count > 1 and 0 < (cut := sms_parts.saves(text)) <= FARTHEST
        )

    def values(self):
        """:return: dict to be stored as JSON"""
        return {
            "odd": "".join(list(self.odd)[:SHOWN]),
            "parts": {str(key): count for key, count in self.parts.items()},
            "cuts": {str(key): count for key, count in self.cuts.items()},
        }

    def best_cut(self):
        """How many characters to cut so that most is saved for each of them.

        :return: (characters, parts saved), (0, 0) when there is nothing to save
        """
        best, saved = (0, 0), 0
        for cut in sorted(self.cuts):
            saved += self.cuts[cut]
            if not best[0] or saved * best[0] > best[1] * cut:
                best = cut, saved
        return best


def _counter(stored):
    return Counter({int(key): count for key, count in (stored or {}).items()})
