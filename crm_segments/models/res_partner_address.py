from odoo import api, fields, models

from ..tools import thai_places

THAI_CALLING_CODE = "66"


class ResPartner(models.Model):
    """Thai addresses: sub-district (ตำบล, แขวง) and district (อำเภอ, เขต), which is
    Odoo's city. The postcode proposes them."""

    _inherit = "res.partner"

    subdistrict = fields.Char("Sub-district", prefetch="profile")
    thai_address = fields.Boolean(
        "Address in Thailand", compute="_compute_thai_address"
    )
    district_word = fields.Char("Word for City", compute="_compute_thai_address")
    postcode_place_id = fields.Many2one(
        "crm.postcode",
        "Sub-district of the Postcode",
        compute="_compute_postcode_place_id",
        readonly=False,
        domain="[('postcode', '=', zip)]",
    )

    postcode_typed = fields.Boolean(
        "Postcode Is New", compute="_compute_postcode_place_id"
    )

    @api.depends("country_id")
    @api.depends_context("company", "lang")
    def _compute_thai_address(self):
        without = self.filtered(lambda partner: not partner.country_id)
        # one query, where reading the company, its contact and its country are three
        at_home = bool(without) and self._crm_calling_code() == THAI_CALLING_CODE
        for partner in self:
            country = partner.country_id
            partner.thai_address = country.code == "TH" if country else at_home
            partner.district_word = (
                self.env._("District") if partner.thai_address else self.env._("City")
            )

    @api.depends("zip")
    def _compute_postcode_place_id(self):
        """Only what is being chosen in the form; a new postcode begins anew. Where it
        was there before, the places it may be would only be in the way."""
        self.postcode_place_id = False
        for partner in self:
            partner.postcode_typed = partner.zip != partner._origin.zip

    @api.onchange("zip")
    def _onchange_zip_places(self):
        """One place of a postcode is filled in; of several, what they have in common,
        and the form lists them."""
        if self.zip and self.thai_address:
            places = self.env["crm.postcode"].search([("postcode", "=", self.zip)])
            self._propose_place(places)

    @api.onchange("postcode_place_id")
    def _onchange_postcode_place_id(self):
        if self.postcode_place_id:
            self._propose_place(self.postcode_place_id)

    def _propose_place(self, places):
        """Fill in what is the same in all these places.

        What was typed and fits stays, and so does what is not written in Thai: it may
        be the same place in English.

        :param places: crm.postcode
        """
        if not places:
            return
        self.country_id = places.state_id.country_id[:1]
        if self.state_id not in places.state_id:
            self.state_id = places.state_id if len(places.state_id) == 1 else False
        for fname, known in (
            ("city", places.mapped("district")),
            ("subdistrict", places.mapped("subdistrict")),
        ):
            typed = self[fname]
            if typed in known or (typed and not thai_places.is_thai(typed)):
                continue
            names = set(known)
            self[fname] = names.pop() if len(names) == 1 else False

    # -- letters and lists -------------------------------------------------------------

    @api.model
    def _address_fields(self):
        return [*super()._address_fields(), "subdistrict"]

    def _get_address_format(self):
        """The sub-district stands before the district, in the layout of any country
        that does not name it; the layout itself is the shop's."""
        layout = super()._get_address_format()
        if self.subdistrict and "%(subdistrict)s" not in layout:
            layout = layout.replace("%(city)s", "%(subdistrict)s %(city)s", 1)
        return layout

    def _prepare_display_address(self, without_company=False):
        layout, args = super()._prepare_display_address(without_company)
        if self.subdistrict:
            bangkok = self.state_id.code == thai_places.BANGKOK
            kinds = ("แขวง", "เขต") if bangkok else ("ตำบล", "อำเภอ")
            args["subdistrict"] = thai_places.with_kind(kinds[0], self.subdistrict)
            args["city"] = thai_places.with_kind(kinds[1], self.city or "")
        return layout, args
