from dataclasses import replace

from odoo import models
from odoo.fields import Domain

from odoo.addons.crm_segments.tools.personal_data import DELETED, PSEUDONYM


class ResPartner(models.Model):
    """LINE accounts, what LINE told about them, and orders of LINE SHOPPING: handed out
    to the person, and erased."""

    _inherit = "res.partner"

    def _crm_personal_data(self):
        persons = self._crm_persons()
        return [
            *super()._crm_personal_data(),
            *persons._crm_data_of_line_accounts(),
            persons._crm_data_of_line_orders(),
            persons._crm_data_of_line_claims(),
        ]

    def _crm_data_of_line_accounts(self):
        """Accounts, and the events by which LINE told what they did."""
        accounts = self._crm_section(
            "line_accounts",
            self.env._("LINE accounts"),
            "crm.line.user",
            [("partner_id", "in", self.ids)],
            [
                *("line_name", "user_id", "picture_url", "friend_state", "friend_at"),
                *("linked_at", "last_seen_at", "company_id"),
            ],
            fate=DELETED,
            why=self.env._("LINE signs nobody in any more, and nothing is sent there."),
        )
        users = accounts.records
        of_users = Domain.OR(
            Domain("channel_id", "=", user.channel_id.id)
            & Domain("user_id", "=", user.user_id)
            for user in users
        )
        events = self._crm_section(
            "line_events",
            self.env._("What LINE told"),
            "crm.line.event",
            of_users,
            ["happened_at", "kind"],
            fate=DELETED,
        )
        yield replace(
            accounts, erase=lambda: self._crm_erase_line_accounts(users.exists())
        )
        yield self._crm_to_delete(events)

    def _crm_erase_line_accounts(self, users):
        # what was said before it was known who it is
        messages = self.env["crm.line.message"].sudo()
        self._crm_erase_line_messages(
            messages.search([("line_user_id", "in", users.ids)])
        )
        users._end_devices()
        users.unlink()

    def _crm_data_of_line_orders(self):
        """Orders that these people bought, or that are on their phone numbers."""
        numbers = self._crm_own_line_numbers()
        section = self._crm_section(
            "line_orders",
            self.env._("LINE SHOPPING orders"),
            "crm.lineshopping.order",
            Domain("partner_id", "in", self.ids)
            | Domain("sale_order_id.partner_id", "in", self.ids)
            | (
                Domain("partner_id", "=", False)
                & Domain("recipient_phone", "in", numbers)
            ),
            [
                *("number", "checkout_at", "paid_at", "total", "order_status"),
                *("payment_status", "recipient_name", "recipient_phone"),
                *("recipient_email", "is_gift", "points_state", "company_id"),
            ],
            fate=PSEUDONYM,
            why=self.env._(
                "Name, phone, e-mail and address of the recipient go, also when LINE "
                "SHOPPING sends the order again; amounts and states stay."
            ),
        )
        return replace(section, erase=lambda: section.records._erase_recipient())

    def _crm_own_line_numbers(self):
        """:return: list of the phone numbers that only these people have, and have
        proven: one that was only typed may be somebody else's"""
        proven = self.filtered(lambda partner: not partner.phone_unproven)
        numbers = {number for number in proven.mapped("phone_sanitized") if number}
        others = self.env["res.partner"].sudo().with_context(active_test=False)
        shared = others.search(
            [("phone_sanitized", "in", list(numbers)), ("id", "not in", self.ids)]
        )
        return sorted(numbers - set(shared.mapped("phone_sanitized")))

    def _crm_data_of_line_claims(self):
        return self._crm_to_delete(
            self._crm_section(
                "line_claims",
                self.env._("Claims of LINE SHOPPING orders"),
                "crm.lineshopping.claim",
                [("partner_id", "in", self.ids)],
                ["number", "claimed_at"],
                fate=DELETED,
            )
        )

    def _crm_loose_tables(self):
        return [*super()._crm_loose_tables(), "crm_lineshopping_exception"]
