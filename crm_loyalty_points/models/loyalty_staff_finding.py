from odoo import fields, models

from ..tools.snapshot_field import SnapshotMany2one


class LoyaltyStaffFinding(models.Model):
    """Something a manager should look at: mostly harmless, never proof by itself."""

    _name = "loyalty.staff.finding"
    _description = "Staff Watch Finding"
    _order = "id desc"

    watch_id = fields.Many2one(
        "loyalty.staff.watch", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="watch_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("too_many", "More Points than the Arithmetic"),
            ("arithmetic", "Arithmetic Does Not Add Up"),
            ("self_award", "Points on One's Own Card"),
            ("staff_phone", "Phone Number of Staff"),
            ("shared_phone", "Several Customers, One Phone"),
        ],
        required=True,
        readonly=True,
    )
    entry_id = SnapshotMany2one("loyalty.point.entry", readonly=True)
    date = fields.Date(readonly=True)
    card_id = fields.Many2one("loyalty.card", readonly=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, ondelete="cascade"
    )
    other_partner_id = fields.Many2one(
        "res.partner",
        "Same Phone As",
        readonly=True,
        ondelete="cascade",
    )
    operator_name = fields.Char("Operator", readonly=True)
    points = fields.Float(digits=(16, 2), readonly=True)
    expected = fields.Float(digits=(16, 2), readonly=True)

    def action_open(self):
        """:return: the entry, or the customer where there is none"""
        self.ensure_one()
        record = self.entry_id or self.partner_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
