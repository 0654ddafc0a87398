import base64

from odoo import models

from ..tools import colour
from ..tools.card_png import CardLook, draw_card

# In this order on what hangs on a wall, whoever prints it.
POSTER_LANGUAGES = ("th_TH", "en_US")


class CrmShop(models.Model):
    """What a shop prints and hands out: posters, pictures of cards."""

    _inherit = "crm.shop"

    # -- poster ------------------------------------------------------------------------

    def _get_join_url(self, branch=None):
        """:param branch: crm.branch where the poster hangs
        :return: address of the sign-up form, which notes the branch"""
        self.ensure_one()
        url = self._get_url("join")
        return f"{url}?b={branch.id}" if branch else url

    def _get_poster_branches(self):
        """:return: crm.branch (superuser) of the shop, in their order"""
        domain = [("company_id", "=", self.company_id.id)]
        return self.env["crm.branch"].sudo().search(domain)

    def _get_poster_words(self):
        """What a poster says, in Thai and English as far as they are installed.

        :return: list of dicts with ``lang``, ``title``, ``gift`` (may be empty) and
            ``how``, without a language that says the same as the one before
        """
        self.ensure_one()
        installed = dict(self.env["res.lang"].sudo().get_installed())
        languages = [lang for lang in POSTER_LANGUAGES if lang in installed]
        said = {}
        for lang in languages or [self.env.lang or "en_US"]:
            texts = self.with_context(lang=lang)._get_poster_texts()
            said.setdefault(tuple(texts.values()), {"lang": lang[:2], **texts})
        return list(said.values())

    def _get_poster_texts(self):
        points = self._get_program().welcome_points
        env = self.env
        gift = points and env._(
            "Get %(points)s points when you join", points=f"{points:,.10g}"
        )
        return {
            "title": env._("Join us and collect points"),
            "gift": self._say_points(gift or ""),
            "how": env._("Scan with the camera of your phone or with LINE"),
        }

    # -- card --------------------------------------------------------------------------

    def _get_card_png(self, partner, card):
        """:param partner: res.partner of a member
        :param card: loyalty.card
        :return: bytes of a PNG file with the face of the card"""
        name = partner._crm_resolve_call_name(partner)[partner.id]
        number, tier = partner.member_number or "", card.tier_id.name or ""
        return draw_card(self._get_card_look(name, number, card.code, tier))

    def _get_sample_card_png(self):
        """:return: bytes of a PNG file with the card of somebody invented"""
        sample = self._get_sample_card()
        keys = ("card_name", "card_number", "card_code")
        return draw_card(self._get_card_look(*map(sample.get, keys)))

    def _get_card_look(self, name, number, code, tier=""):
        """:return: ``CardLook``"""
        self.ensure_one()
        shop = self.with_context(bin_size=False)
        picture = shop.card_background == "picture" and shop.card_picture
        ink = self._safe_colour("card_text_color")
        return CardLook(
            shop=self.name,
            name=name,
            label=self.env._("Member number"),
            number=number,
            tier=tier,
            code=code,
            ground=self._safe_colour("card_color"),
            ink=ink,
            scrim=colour.scrim(ink),
            logo=base64.b64decode(shop.logo) if shop.logo else None,
            picture=base64.b64decode(picture) if picture else None,
        )

    # -- buttons -----------------------------------------------------------------------

    def action_open_poster(self):
        """:return: action that opens the posters of the branches, ready to print"""
        return self._open_in_tab("poster")

    def action_open_card_sample(self):
        """:return: action that opens a card as members save it"""
        return self._open_in_tab("card-sample.png")

    def action_open_guide(self):
        """:return: action that opens the guide for staff at the counter"""
        url = f"{self.get_base_url()}/counter/guide"
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}

    def _open_in_tab(self, path):
        self.ensure_one()
        url = self._get_url(path)
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}
