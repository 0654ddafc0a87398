from markupsafe import Markup

from odoo import api, fields, models

# Whose card the preview shows.
SAMPLE_NAME = "คุณใจดี"
SAMPLE_NUMBER = "000123"
SAMPLE_CODE = "044SAMPLE0F0A0CARD000000000"


class CrmShop(models.Model):
    """A sample page in the form, that follows each choice before it is saved."""

    _inherit = "crm.shop"

    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends(lambda self: self._preview_fields())
    @api.depends_context("lang")
    def _compute_preview(self):
        for shop in self:
            page = self.env["ir.qweb"]._render(
                "crm_loyalty_points.shop_preview", shop._get_preview_values()
            )
            shop.preview = Markup(shop._say_points(page))

    @api.model
    def _preview_fields(self):
        """:return: the fields on which the preview depends"""
        return (
            "name",
            "color_main",
            "color_on_main",
            "card_color",
            "card_text_color",
            "card_background",
            "font_size",
            "corner_style",
            "points_word",
            "logo_original",
            "logo_shape",
            "card_picture_original",
            "channel_ids.kind",
            "channel_ids.value",
            "channel_ids.label",
            "channel_ids.sequence",
        )

    def _get_preview_values(self):
        """:return: dict of the values of the sample page"""
        self.ensure_one()
        return {
            "shop": self,
            "style": self._get_style(),
            "page_lang": self.env.lang or "en_US",
            **self._get_sample_card(),
        }

    @api.model
    def _get_sample_card(self):
        """:return: dict of what the face of a card shows of somebody invented"""
        return {
            "card_name": SAMPLE_NAME,
            "card_number": SAMPLE_NUMBER,
            "card_code": SAMPLE_CODE,
        }

    @api.model
    def action_open_own(self):
        """Open the shop account of the company, or a new one to fill in.

        :return: action; a list where the user works for several companies at once
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.crm_shop_action"
        )
        if len(self.env.companies) == 1:
            shops = self.with_context(active_test=False)
            shop = shops.search([("company_id", "=", self.env.company.id)], limit=1)
            action.update(res_id=shop.id, views=[(False, "form")])
        return action

    def action_open_page(self):
        """:return: action that opens the member page in a new tab"""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self._get_url(), "target": "new"}
