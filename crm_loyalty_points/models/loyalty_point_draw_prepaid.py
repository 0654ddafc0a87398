from odoo import fields, models


class LoyaltyPointDraw(models.Model):
    """The spend of a draw, for the history of a prepaid card."""

    _inherit = "loyalty.point.draw"

    spend_date = fields.Date(related="entry_id.date", string="Date")
    spend_kind = fields.Selection(related="entry_id.kind", string="How")
    spend_source = fields.Char(related="entry_id.source_name", string="Document")
    spend_branch = fields.Many2one(related="entry_id.branch_id", string="Branch")
    spend_operator = fields.Char(related="entry_id.operator_name", string="By")
