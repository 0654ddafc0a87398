from dataclasses import replace

from odoo import models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.personal_data import DELETED, PSEUDONYM


class ResPartner(models.Model):
    """What orders on LINE SHOPPING say about a person, handed out and erased."""

    _inherit = "res.partner"

    def _crm_personal_data(self):
        persons = self._crm_persons()
        return [
            *super()._crm_personal_data(),
            persons._crm_data_of_line_orders(),
            persons._crm_data_of_line_claims(),
        ]

    def _crm_data_of_line_orders(self):
        section = self._crm_section(
            "line_shopping_orders",
            self.env._("Orders on LINE SHOPPING"),
            "crm.lineshopping.order",
            [
                "|",
                ("partner_id", "in", self.ids),
                ("sale_order_id.partner_id", "in", self.ids),
            ],
            [
                *("number", "checkout_at", "paid_at", "order_status"),
                *("payment_status", "total", "points", "points_state"),
                *("recipient_name", "recipient_phone", "recipient_email"),
            ],
            fate=PSEUDONYM,
            why=self.env._("Names and addresses go; the order and its amounts stay."),
        )
        return replace(
            section, erase=lambda: self._crm_erase_line_orders(section.records)
        )

    def _crm_erase_line_orders(self, orders):
        """The hash of the answer stays: the same answer does not bring it back."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE crm_lineshopping_order
                      SET recipient_name = NULL, recipient_phone = NULL,
                          recipient_email = NULL, match_phone = NULL,
                          payload = payload - 'shippingAddress' - 'remarkBuyer'
                                    - 'remarkRecipient'
                    WHERE id = ANY(%s)""",
                orders.ids,
            )
        )
        orders.invalidate_recordset()

    def _crm_data_of_line_claims(self):
        section = self._crm_section(
            "line_shopping_claims",
            self.env._("Early claims of LINE SHOPPING orders"),
            "crm.lineshopping.claim",
            [("partner_id", "in", self.ids)],
            ["number", "claimed_at", "company_id"],
            fate=DELETED,
        )
        return replace(section, erase=section.records.unlink)
