from functools import partial

from odoo import api, fields, models

from ..tools.local_day import local_today
from ..tools.points_text import points_text
from ..tools.said_day import said_day


class LoyaltyCardStatement(models.TransientModel):
    """A card's statement on the screen, for any days, and on paper."""

    _name = "loyalty.card.statement"
    _description = "Statement of a Member Card"

    card_id = fields.Many2one("loyalty.card", required=True, readonly=True)
    partner_id = fields.Many2one(related="card_id.partner_id", string="Customer")
    date_from = fields.Date("From", help="Empty: from the first entry.")
    date_to = fields.Date(
        "To", required=True, default=lambda self: local_today(self.env)
    )
    statement = fields.Html(compute="_compute_statement", sanitize=False)

    @api.depends("card_id", "date_from", "date_to")
    @api.depends_context("lang")
    def _compute_statement(self):
        for wizard in self:
            wizard.statement = self.env["ir.qweb"]._render(
                "crm_loyalty_points.loyalty_card_statement_body",
                {**wizard._get_values(), "docs": wizard},
            )

    def _get_values(self):
        """:return: what the statement's template shows"""
        self.ensure_one()
        statement = None
        if self.card_id and self.date_to:
            statement = self.card_id._get_statement(self.date_from, self.date_to)
        return {
            "card": self.card_id,
            "statement": statement,
            "points_text": points_text,
            "said_day": partial(said_day, self.env),
        }

    def action_print(self):
        """:return: the statement as a page to print"""
        self.ensure_one()
        report = self.env.ref("crm_loyalty_points.loyalty_card_statement_report")
        return report.report_action(self)
