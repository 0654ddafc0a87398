from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    first_name = fields.Char()
    last_name = fields.Char()
    nickname = fields.Char()
    member_number = fields.Char(copy=False)
    gender = fields.Selection(
        [("female", "Female"), ("male", "Male"), ("other", "Other")],
    )
    birthdate = fields.Date()
