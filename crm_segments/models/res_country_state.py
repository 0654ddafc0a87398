from odoo import fields, models


class ResCountryState(models.Model):
    """Provinces are found in both languages: Odoo names those of Thailand in Thai."""

    _inherit = "res.country.state"
    _rec_names_search = ["name", "code", "name_en"]

    name_en = fields.Char(
        "English Name", help="The province is found by this name, too."
    )
