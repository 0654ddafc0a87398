from odoo import api, fields, models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    """What was said with a customer, and the calls."""

    _inherit = "res.partner"

    contact_history_ids = fields.One2many(
        "crm.contact.history", "customer_id", readonly=True
    )
    contact_count = fields.Integer(
        "Contacts",
        compute="_compute_contact_summary",
        groups="crm_segments.crm_segments_group_viewer",
        help="Messages and calls of all channels.",
    )
    contact_summary = fields.Char(
        "Contacts by Channel",
        compute="_compute_contact_summary",
        groups="crm_segments.crm_segments_group_viewer",
    )

    @api.depends_context("lang", "allowed_company_ids", "uid")
    def _compute_contact_summary(self):
        history = self.env["crm.contact.history"]
        labels = dict(history._selection_channel())
        counts = history._count_by_channel(self._origin)
        for partner in self:
            by_channel = counts.get(partner._origin.id, {})
            partner.contact_count = sum(by_channel.values())
            partner.contact_summary = " · ".join(
                f"{label} {by_channel[channel]}"
                for channel, label in labels.items()
                if by_channel.get(channel)
            )

    def action_log_call(self):
        """Write down a call of now to this customer, reached; one press.

        :return: action of the small form where result and note can be changed
        :raise UserError: for a customer that is not saved yet
        """
        self.ensure_one()
        if not self.id:
            raise UserError(self.env._("Save the customer first."))
        call = self.env["crm.contact.call"].create({"partner_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Call Logged"),
            "res_model": call._name,
            "res_id": call.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_open_contact(self):
        """:return: action that opens the contact with all fields of bookkeeping,
        purchase and stock, which the customer's page leaves out"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(self.env.ref("base.view_partner_form").id, "form")],
        }
