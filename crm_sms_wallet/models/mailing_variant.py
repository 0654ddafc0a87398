from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.delivery_states import TAKEN


class MailingVariant(models.Model):
    """One of several texts of a campaign, with its share of the recipients."""

    _name = "mailing.variant"
    _description = "Text of a Campaign"
    _order = "mailing_id, letter, id"
    _rec_name = "letter"

    mailing_id = fields.Many2one(
        "mailing.mailing", "Campaign", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="mailing_id.company_id", store=True)
    letter = fields.Char(required=True, readonly=True, default="A", copy=True)
    text = fields.Text(required=True)
    share = fields.Float(
        "Share (%)", digits=(6, 2), default=50, help="Of those who get a message."
    )

    sent_count = fields.Integer("Sent", compute="_compute_results")
    click_count = fields.Integer("Tapped", compute="_compute_results")
    is_winner = fields.Boolean(
        "Best", compute="_compute_results", help="Tapped most, of those who got it."
    )

    _letter_unique = models.UniqueIndex("(mailing_id, letter)")
    _share_check = models.Constraint(
        "CHECK (share > 0 AND share <= 100)", "A share is more than 0 percent."
    )

    @api.depends("mailing_id.state")
    def _compute_results(self):
        results = self._results()
        for variant in self:
            sent, clicks = results.get((variant.mailing_id.id, variant.letter), (0, 0))
            variant.sent_count, variant.click_count = sent, clicks
        for variant in self:
            shares = [
                text.click_count / text.sent_count if text.sent_count else 0
                for text in variant.mailing_id.variant_ids & self
            ]
            mine = variant.click_count / (variant.sent_count or 1)
            best = max(shares, default=0)
            variant.is_winner = bool(mine) and mine == best and shares.count(best) == 1

    def _results(self):
        """:return: {(mailing, letter): (messages that left, people who tapped)}"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT a.mailing_id, a.variant, count(*), count(*) FILTER (
                           WHERE EXISTS (SELECT FROM crm_sms_click c
                                          WHERE c.delivery_id = d.id
                                            AND c.kind = 'human'))
                  FROM mailing_assignment a
                  JOIN sms_delivery d ON d.mailing_id = a.mailing_id
                       AND d.partner_id = a.partner_id
                 WHERE a.mailing_id = ANY(%s) AND d.state = ANY(%s)
              GROUP BY a.mailing_id, a.variant
                """,
                self.mailing_id._origin.ids,
                list(TAKEN),
            )
        )
        return {
            (mailing, letter): (sent, clicks) for mailing, letter, sent, clicks in rows
        }

    @api.model_create_multi
    def create(self, vals_list):
        """The letters follow the order in which the texts are written."""
        taken = {}
        for vals in vals_list:
            mailing = self.env["mailing.mailing"].browse(vals.get("mailing_id"))
            letters = taken.setdefault(
                mailing.id, set(mailing.variant_ids.mapped("letter"))
            )
            free = (chr(c) for c in range(ord("A"), ord("Z") + 1))
            vals["letter"] = next(c for c in free if c not in letters)
            letters.add(vals["letter"])
        variants = super().create(vals_list)
        variants.mailing_id._recipients_changed()
        return variants

    def write(self, vals):
        result = super().write(vals)
        self.mailing_id._recipients_changed()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_marks_stale(self):
        self.mailing_id._recipients_changed()
