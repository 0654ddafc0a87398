from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import thai_places


class CrmPostcode(models.Model):
    """A sub-district and the postcode it has: typing the postcode proposes it.

    Compiled from public lists. A shop may add places and remove others.
    """

    _name = "crm.postcode"
    _description = "Postcode"
    _order = "postcode, district, subdistrict, id"
    _rec_names_search = ["postcode", "subdistrict", "district"]
    _log_access = False

    postcode = fields.Char(required=True)
    subdistrict = fields.Char("Sub-district", required=True)
    district = fields.Char(required=True)
    state_id = fields.Many2one(
        "res.country.state", "Province", required=True, index=True, ondelete="cascade"
    )

    _place_uniq = models.UniqueIndex(
        "(postcode, subdistrict, district, state_id)",
        "This place has this postcode already.",
    )

    @api.depends("subdistrict", "district")
    def _compute_display_name(self):
        for place in self:
            place.display_name = f"{place.subdistrict}, {place.district}"

    @api.model
    def _load_thai_places(self):
        """Fill the list and the English names of the provinces, by a statement each;
        what is there already stays."""
        provinces = thai_places.read_provinces()
        country = self.env.ref("base.th")
        self.env["res.country.state"].flush_model(["code", "name_en", "country_id"])
        codes, names, english = map(list, zip(*provinces, strict=True))
        self.env.cr.execute(
            SQL(
                """UPDATE res_country_state state SET name_en = named.english
                     FROM unnest(%s, %s) AS named(code, english)
                    WHERE state.country_id = %s AND state.code = named.code
                      AND state.name_en IS NULL""",
                codes,
                english,
                country.id,
            )
        )
        code_of = dict(zip(names, codes, strict=True))
        places = thai_places.read_places()
        postcodes, place_provinces, districts, subdistricts = map(
            list, zip(*places, strict=True)
        )
        self.env.cr.execute(
            SQL(
                """INSERT INTO crm_postcode (postcode, subdistrict, district, state_id)
                   SELECT place.postcode, place.subdistrict, place.district, state.id
                     FROM unnest(%s, %s, %s, %s)
                       AS place(postcode, code, district, subdistrict)
                     JOIN res_country_state state
                       ON state.code = place.code AND state.country_id = %s
              ON CONFLICT (postcode, subdistrict, district, state_id) DO NOTHING""",
                postcodes,
                [code_of[province] for province in place_provinces],
                districts,
                subdistricts,
                country.id,
            )
        )
        self.env.invalidate_all()
