from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..tools import tier_sql
from ..tools.ledger_sql import relation
from ..tools.said_day import said_day
from ..tools.snapshot_field import SnapshotMany2one
from ..tools.tier_policy import DAY, add_months

MAIL_BATCH = 200
COLUMNS = {"card_id": "int", "tier_id": "int", "missing": "numeric"}


class LoyaltyTierNotice(models.Model):
    """That a member was told, once, that the tier is about to be lost."""

    _name = "loyalty.tier.notice"
    _inherit = "loyalty.point.locked"
    _description = "Notice that a Tier Is About to Be Lost"
    _order = "id desc"
    _log_access = False

    card_id = fields.Many2one(
        "loyalty.card", required=True, readonly=True, ondelete="cascade"
    )
    company_id = SnapshotMany2one("res.company", readonly=True)
    program_id = SnapshotMany2one(
        "loyalty.program", string="Programme", required=True, readonly=True
    )
    tier_id = fields.Many2one("loyalty.tier", readonly=True, ondelete="restrict")
    month = fields.Date(
        "Lost On", required=True, readonly=True, help="The first day without the tier."
    )
    missing = fields.Float(
        "Needed to Stay", digits=(16, 2), readonly=True, aggregator=None
    )
    state = fields.Selection(
        [("sent", "Sent"), ("skipped", "Not Sent")],
        required=True,
        readonly=True,
        help="Not sent: the member has said no to messages, or has no e-mail address.",
    )
    noticed_at = fields.Datetime("Noticed On", required=True, readonly=True)

    partner_id = fields.Many2one(related="card_id.partner_id", string="Customer")

    _once = models.UniqueIndex("(card_id, month)")

    @api.model
    def _warn(self, program, today):
        """Write to the members of a programme who would fall at the end of this month,
        with what they need to stay. Repeating it writes to nobody twice.

        :param today: local date
        """
        month = add_months(today.replace(day=1), 1)
        if not 0 < (month - today).days <= program.tier_warning_days:
            return
        after = 0
        while batch := program._get_tier_batch(after):
            after = batch[-1]
            rows = self._get_missing(program, month, batch)
            for cards in split_every(MAIL_BATCH, self._reserve(rows, month), list):
                self._send(program, month, cards)

    @api.model
    def _get_missing(self, program, month, card_ids):
        """:return: [(card id, tier id, what is missing on the last day before `month`)]
        of the members who would fall as things stand"""
        basis, policy = program._get_tier_policy()
        cards = tier_sql.falling(program, basis, policy, month, card_ids)
        if not cards:
            return []
        return self.env.execute_query(
            SQL(
                """SELECT c.id, t.id,
                          round((t.threshold - COALESCE(f.figure, 0))::numeric, 2)
                     FROM loyalty_card c JOIN loyalty_tier t ON t.id = c.tier_id
                LEFT JOIN (%s) f ON f.card_id = c.id
                    WHERE c.id = ANY(%s) AND c.partner_id IS NOT NULL
                      AND t.threshold > COALESCE(f.figure, 0)
                 ORDER BY c.id""",
                tier_sql.figures(program, basis, policy, [month - DAY], cards),
                cards,
            )
        )

    @api.model
    def _reserve(self, rows, month):
        """:return: ids of the cards whose notice is new"""
        if not rows:
            return []
        added = self.env.execute_query(
            SQL(
                """INSERT INTO loyalty_tier_notice (card_id, company_id, program_id,
                       tier_id, month, missing, state, noticed_at)
                   SELECT c.id, c.company_id, c.program_id, tier_loss.tier_id, %s,
                          tier_loss.missing, 'skipped', now() AT TIME ZONE 'UTC'
                     FROM %s JOIN loyalty_card c ON c.id = tier_loss.card_id
              ON CONFLICT (card_id, month) DO NOTHING
                RETURNING card_id""",
                month,
                relation(self.env.cr, "tier_loss", COLUMNS, rows),
            )
        )
        self.invalidate_model(flush=False)
        return [id_ for (id_,) in added]

    @api.model
    def _send(self, program, month, card_ids):
        """Queue the e-mails of some cards."""
        template = self.env.ref(
            "crm_loyalty_points.mail_template_tier_loss", raise_if_not_found=False
        )
        notices = self.env["loyalty.point.notice"]
        cards = self.env["loyalty.card"].sudo().browse(card_ids)
        willing = notices._willing(cards).filtered(
            lambda card: card.partner_id.email_normalized
        )
        if not template or not willing:
            return
        notices._queue_mails(template.sudo(), willing)
        self.env.cr.execute(
            SQL(
                """UPDATE loyalty_tier_notice SET state = 'sent'
                    WHERE month = %s AND card_id = ANY(%s)""",
                month,
                willing.ids,
            )
        )
        self.invalidate_model(flush=False)


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    def _get_tier_loss(self):
        """What the e-mail says about the tier that is about to be lost.

        :return: dict of texts: tier, needed ("320 points"), day
        """
        self.ensure_one()
        notice = self.env["loyalty.tier.notice"].sudo()
        notice = notice.search([("card_id", "=", self.id)], limit=1)
        if not notice:
            return {"tier": self.tier_id.name or "", "needed": "", "day": ""}
        return {
            "tier": notice.tier_id.name,
            "needed": self._say_tier_amount(notice.missing),
            "day": said_day(self.env, notice.month - DAY),
        }
