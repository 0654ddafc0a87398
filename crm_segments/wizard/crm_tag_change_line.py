from odoo import fields, models


class CrmTagChangeLine(models.TransientModel):
    """One tag that a customer got or lost; goes with the change it belongs to.

    Plain numbers: foreign keys would take longer than the change itself, and undoing
    passes over customers and tags that are gone since then.
    """

    _name = "crm.tag.change.line"
    _description = "Changed Tag"

    change_id = fields.Many2one(
        "crm.tag.change", required=True, index=True, ondelete="cascade"
    )
    customer_number = fields.Integer("Customer ID", required=True)
    tag_number = fields.Integer("Tag ID", required=True)
    added = fields.Boolean("Was Added")
