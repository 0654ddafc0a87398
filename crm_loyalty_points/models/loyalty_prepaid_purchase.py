from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from ..tools.local_day import sql_today
from ..tools.points_text import points_text
from ..tools.said_day import said_day


class LoyaltyPrepaidPurchase(models.Model):
    """Each purchase (or gift) of a prepaid card: paid, value, spent, left, until when.

    A view of the ledger: a row is an award on a prepaid card, under the award's id.
    """

    _name = "loyalty.prepaid.purchase"
    _description = "Prepaid Card Sold"
    _inherit = ["crm.local.day.mixin"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "source_name"

    card_id = fields.Many2one("loyalty.card", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    program_id = fields.Many2one("loyalty.program", "Card Type", readonly=True)
    prepaid_kind = fields.Selection(related="program_id.prepaid_kind")
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    branch_id = fields.Many2one("crm.branch", readonly=True)
    kind = fields.Selection(
        [
            ("earn", "Sold"),
            ("bonus", "Given"),
            ("adjust", "Corrected"),
            ("transfer", "Transferred"),
            ("opening", "Opening"),
            ("unattributed", "Other"),
            ("welcome", "Welcome"),
        ],
        "How",
        readonly=True,
    )
    date = fields.Date("Sold on", readonly=True)
    expiry = fields.Date("Valid Until", readonly=True)
    value = fields.Float(digits=(16, 2), readonly=True)
    used = fields.Float("Spent", digits=(16, 2), readonly=True)
    parts = fields.Integer(readonly=True, help="How often it was used.")
    lapsed = fields.Float("Ended Unused", digits=(16, 2), readonly=True)
    returned = fields.Float("Taken Back", digits=(16, 2), readonly=True)
    remaining = fields.Float("Left", digits=(16, 2), readonly=True)
    state = fields.Selection(
        [
            ("unused", "Unused"),
            ("part", "In use"),
            ("used", "Used up"),
            ("ended", "Ended"),
            ("returned", "Refunded"),
        ],
        readonly=True,
    )
    source_model = fields.Char(readonly=True)
    source_id = fields.Many2oneReference(
        "Document", model_field="source_model", readonly=True
    )
    source_name = fields.Char("Sold with", readonly=True)
    operator_name = fields.Char("Sold by", readonly=True)
    paid = fields.Monetary(
        compute="_compute_paid",
        currency_field="currency_id",
        help="What the document charged for the card.",
    )
    story = fields.Char(
        "In Words", compute="_compute_story", help="What was paid, spent and is left."
    )
    draw_ids = fields.Many2many(
        "loyalty.point.draw", string="Spent on", compute="_compute_draw_ids"
    )

    @api.depends("source_name", "program_id", "partner_id")
    def _compute_display_name(self):
        """A gift has no document to be named after."""
        for purchase in self:
            names = (purchase.program_id.name, purchase.partner_id.name)
            purchase.display_name = purchase.source_name or " · ".join(
                name for name in names if name
            )

    @property
    def _table_query(self):
        """One row per award on a prepaid card, with what its draws say."""
        self.env["loyalty.card"].flush_model(["partner_id"])
        self.env["loyalty.program"].flush_model(["is_prepaid"])
        return SQL(
            """
            SELECT found.*,
                   CASE WHEN returned >= value THEN 'returned'
                        WHEN remaining = 0 AND lapsed <= 0 THEN 'used'
                        WHEN remaining = 0 OR gone THEN 'ended'
                        WHEN used > 0 THEN 'part' ELSE 'unused' END AS state
              FROM (%s) AS found
            """,
            self._sql_purchases(),
        )

    def _sql_purchases(self):
        return SQL(
            """
            SELECT e.id, e.card_id, c.partner_id, e.program_id, e.company_id,
                   e.currency_id, e.branch_id, e.kind, e.date, e.points AS value,
                   coalesce(a.expiry, e.expiry) AS expiry, e.source_model,
                   e.source_id, e.source_name, e.operator_name,
                   coalesce(a.expiry < today.day, FALSE) AS gone,
                   coalesce(d.used, 0) AS used, coalesce(d.parts, 0) AS parts,
                   coalesce(d.lapsed, 0) + CASE WHEN a.expiry < today.day
                        THEN greatest(a.remaining, 0) ELSE 0 END AS lapsed,
                   coalesce(d.returned, 0) AS returned,
                   CASE WHEN a.expiry < today.day THEN 0
                        ELSE greatest(coalesce(a.remaining, 0), 0) END AS remaining
              FROM loyalty_point_entry e
              JOIN loyalty_program p ON p.id = e.program_id AND p.is_prepaid
              JOIN loyalty_card c ON c.id = e.card_id
              JOIN %s ON today.company_id = coalesce(e.company_id, 0)
         LEFT JOIN loyalty_point_award a ON a.entry_id = e.id
         LEFT JOIN LATERAL (%s) d ON TRUE
             WHERE e.points > 0 AND e.kind <> 'reversal'
            """,
            sql_today(self.env),
            self._sql_draws(),
        )

    def _sql_draws(self):
        """What was spent comes back by a negative draw of a reversal; a reversal that
        draws takes the purchase itself back."""
        return SQL(
            """
            SELECT sum(w.points) FILTER (WHERE s.kind = 'redeem'
                       OR (s.kind = 'reversal' AND w.points < 0)) AS used,
                   count(DISTINCT s.id) FILTER (WHERE s.kind = 'redeem' AND NOT EXISTS (
                       SELECT FROM loyalty_point_entry b
                        WHERE b.reversed_entry_id = s.id
                       HAVING sum(b.points) >= -s.points)) AS parts,
                   sum(w.points) FILTER (WHERE s.kind = 'lapse') AS lapsed,
                   sum(w.points) FILTER (WHERE s.kind NOT IN ('redeem', 'lapse')
                       AND w.points > 0) AS returned
              FROM loyalty_point_draw w
              JOIN loyalty_point_entry s ON s.id = w.entry_id
             WHERE w.award_entry_id = e.id
            """
        )

    def _compute_paid(self):
        amounts = self._get_paid_amounts()
        for purchase in self:
            purchase.paid = amounts.get(purchase.id, 0)

    def _get_paid_amounts(self):
        """:return: {purchase id: what its document charged, with tax}; to be extended
        for other documents than sale orders"""
        sold = self.filtered(lambda each: each.source_model == "sale.order")
        lines = self.env["sale.order.line"].sudo()
        lines = lines.search(
            [
                ("order_id", "in", sold.mapped("source_id")),
                ("product_id.is_prepaid_card", "=", True),
            ]
        )
        return {each.id: each._sum_paid(lines, "price_total") for each in sold}

    def _sum_paid(self, lines, amount):
        """:param lines: lines of documents of one model; amount: name of a field
        :return: what the purchase's document charged for its card"""
        product = self.program_id.sudo().prepaid_product_id
        mine = lines.filtered(
            lambda line: (
                line.order_id.id == self.source_id and line.product_id == product
            )
        )
        return sum(mine.mapped(amount))

    def _compute_draw_ids(self):
        draws = self.env["loyalty.point.draw"].search(
            [("award_entry_id", "in", self.ids)]
        )
        by_award = draws.grouped(lambda draw: draw.award_entry_id.id)
        for purchase in self:
            purchase.draw_ids = by_award.get(purchase.id, draws.browse())

    @api.depends_context("lang")
    def _compute_story(self):
        for purchase in self:
            parts = [purchase._say_sale(), purchase._say_use(), purchase._say_rest()]
            purchase.story = "; ".join(filter(None, parts))

    def _say(self, amount):
        if self.prepaid_kind == "percent":
            return points_text(amount)
        return formatLang(self.env, amount, digits=2)

    def _say_sale(self):
        value = self._say(self.value)
        if self.prepaid_kind == "percent":
            program = self.program_id
            value = self.env._(
                "%(percent)s %% off", percent=points_text(program.prepaid_percent)
            )
        if self.kind == "bonus":
            return self.env._("Given, value %(value)s", value=value)
        paid = formatLang(self.env, self.paid, digits=2)
        return self.env._("%(paid)s paid, %(value)s value", paid=paid, value=value)

    def _say_use(self):
        if self.state == "returned":
            return self.env._("refunded")
        if self.prepaid_kind == "percent" and not self.parts:
            return None
        if not self.parts:
            return self.env._("nothing spent")
        if self.parts == 1:
            return self.env._("%(used)s spent at once", used=self._say(self.used))
        return self.env._(
            "%(used)s spent in %(parts)s parts",
            used=self._say(self.used),
            parts=self.parts,
        )

    def _say_rest(self):
        day = said_day(self.env, self.expiry) if self.expiry else None
        if self.state == "ended":
            return self.env._(
                "%(points)s ended on %(day)s", points=self._say(self.lapsed), day=day
            )
        if not self.remaining:
            return None
        if self.prepaid_kind == "percent" and self.program_id._is_prepaid_unlimited():
            return day and self.env._("valid until %(day)s", day=day)
        if not day:
            return self.env._("%(left)s left", left=self._say(self.remaining))
        return self.env._(
            "%(left)s left until %(day)s", left=self._say(self.remaining), day=day
        )

    def action_open_document(self):
        """:return: the document that sold the card"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.source_model,
            "res_id": self.source_id,
            "view_mode": "form",
        }

    def action_refund(self):
        """:return: the form that takes an unused purchase back, with its preview"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.loyalty_prepaid_refund_action"
        )
        action["context"] = {"default_entry_id": self.id}
        return action
