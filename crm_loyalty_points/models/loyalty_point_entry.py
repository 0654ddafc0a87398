from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import ledger_guard, ledger_links
from ..tools.ledger_bulk import make_writer
from ..tools.points_text import points_text
from ..tools.snapshot_field import SnapshotMany2one


class LoyaltyPointEntry(models.Model):
    """One movement of points on one card, in one direction. Append-only.

    Rows are written by `_post` alone and never change: triggers refuse UPDATE, DELETE
    and TRUNCATE. So there are no stored related or computed fields, no defaults, no
    log columns, and no foreign keys: see `ledger_links`. A new stored column needs a
    pre-migration that adds it with the triggers off.
    """

    _name = "loyalty.point.entry"
    _inherit = "loyalty.point.locked"
    _description = "Points Ledger Entry"
    _order = "id desc"
    _log_access = False

    card_id = SnapshotMany2one("loyalty.card", required=True, readonly=True)
    seq = fields.Integer(
        "No.",
        required=True,
        readonly=True,
        aggregator=None,
        help="Number of the entry on its card, without gaps.",
    )
    kind = fields.Selection(
        [
            ("opening", "Opening"),
            ("earn", "Earned"),
            ("welcome", "Welcome"),
            ("bonus", "Bonus"),
            ("adjust", "Adjustment"),
            ("redeem", "Redeemed"),
            ("lapse", "Lapsed"),
            ("reversal", "Reversal"),
            ("transfer", "Transfer"),
            ("unattributed", "Unattributed"),
        ],
        required=True,
        readonly=True,
    )
    points = fields.Float(digits=(16, 2), required=True, readonly=True)
    date = fields.Date(
        required=True,
        readonly=True,
        help="Business date, in the time zone of the company's customers.",
    )
    posted_at = fields.Datetime("Posted On", required=True, readonly=True)
    expiry = fields.Date(
        readonly=True,
        help="Last day on which these points can be used, as known when posted.",
    )
    company_id = SnapshotMany2one("res.company", readonly=True)
    currency_id = SnapshotMany2one("res.currency", readonly=True)
    program_id = SnapshotMany2one(
        "loyalty.program", string="Programme", required=True, readonly=True
    )
    branch_id = SnapshotMany2one("crm.branch", readonly=True)
    reason = fields.Char(required=True, readonly=True, help="A short code.")
    source_model = fields.Char(readonly=True)
    source_id = fields.Many2oneReference(
        "Source Document", model_field="source_model", readonly=True
    )
    source_name = fields.Char("Source", readonly=True)
    operator_model = fields.Char(readonly=True)
    operator_id = fields.Many2oneReference(
        "Operator Record", model_field="operator_model", readonly=True
    )
    operator_name = fields.Char("Operator", required=True, readonly=True)
    policy = fields.Json(
        readonly=True, help="The rules as they were, with the arithmetic."
    )
    key = fields.Char(
        "Idempotency Key", required=True, readonly=True, help="One effect per key."
    )
    body_hash = fields.Char(required=True, readonly=True)
    reversed_entry_id = SnapshotMany2one(
        "loyalty.point.entry", readonly=True, index="btree_not_null"
    )

    partner_id = fields.Many2one(related="card_id.partner_id", string="Customer")
    program_type = fields.Selection(related="program_id.program_type")
    balance = fields.Float(
        "Balance After", digits=(16, 2), compute="_compute_balance", aggregator=None
    )
    note_ids = fields.One2many("loyalty.point.note", "entry_id", readonly=True)

    _key_uniq = models.UniqueIndex("(key)")
    _card_seq_uniq = models.UniqueIndex("(card_id, seq)")
    _source_idx = models.Index("(source_model, source_id) WHERE source_id IS NOT NULL")
    _program_date_idx = models.Index("(program_id, date)")

    def init(self):
        ledger_guard.protect(self.env.cr, self._table)
        ledger_links.link(self.env.cr, self._table)
        ledger_links.keep_cards(self.env.cr)

    @api.depends("kind", "points")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for entry in self:
            entry.display_name = (
                f"{kinds.get(entry.kind)} {points_text(entry.points, sign=True)}"
            )

    def _compute_balance(self):
        balances = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT id, balance
                      FROM (SELECT id, sum(points) OVER (PARTITION BY card_id
                                                         ORDER BY seq) AS balance
                              FROM loyalty_point_entry
                             WHERE card_id IN (SELECT card_id
                                                 FROM loyalty_point_entry
                                                WHERE id = ANY(%s))) running
                     WHERE id = ANY(%s)
                    """,
                    self.ids,
                    self.ids,
                )
            )
        )
        for entry in self:
            entry.balance = balances.get(entry.id, 0)

    @api.model
    def _post(self, vals_list, bulk=False, new_keys=False):
        """Post movements of points: the only way to change the ledger.

        Each dict of `vals_list` has:

        * `card_id`: id of a ledgered card (`loyalty.card.is_member_card`). A movement
          on a card that was merged goes to the surviving card.
        * `kind`: see the field; `points`: signed number with at most two digits
          (int, float, str or Decimal), spends negative
        * `key`: idempotency key (str). A known key with the same body gives the entry
          that it made; with another body it is refused.
        * optional: `reason` (short code, no personal data), `date` (business date,
          default the local today), `expiry` (last usable day of an award),
          `source_model`, `source_id`, `source_name`, `branch_id`, `policy` (dict: the
          rules with the arithmetic)
        * `reversed_entry_id` with kind "reversal": what is taken back, of the same
          card; `points` None means all that is left
        * `to_card_id` with kind "transfer": the receiving card of the same programme;
          `points` None means everything, a debt included
        * `points` None with kind "lapse": all that is left lapses, a debt is written
          off as an adjustment
        * `may_owe`: a spend may leave a debt (always so for openings, reversals and
          unattributed changes)

        Spends draw on awards by (expiry, nulls last; entry). Awards of a card whose
        last day has passed lapse before anything is spent.

        :param bulk: no milestone mails
        :param new_keys: the caller has read that none of the keys was used yet
        :return: the entries, in the order asked
        :raises NotEnoughPoints: nothing is posted at all
        :raises UserError: key used with another body, more taken back than moved,
            transfer to another programme
        :raises ValueError: wrong values, unknown or not ledgered card
        """
        if not vals_list:
            return self.browse()
        writer = make_writer(self.env, vals_list, new_keys)
        self._run_writer(writer, mail=not bulk)
        return self.browse(writer.ids)

    @api.model
    def _run_writer(self, writer, mail=False):
        """Post with a writer of the ledger, and tell the ORM and the customers."""
        cards = self.env["loyalty.card"].sudo()
        cards.flush_model()
        self.env["loyalty.program"].flush_model()
        writer.post()
        cards = cards.browse(writer.changes)
        cards._points_changed(writer.changes, mail=mail)
        cards._rise_after_posting(list(writer.changes))
        for card_id, survivor_id in writer.merged_cards.items():
            cards.browse(card_id)._move_points_to(survivor_id)

    @api.model
    def _view_source(self, document):
        """:param document: what entries name as their source
        :return: action with the ledger's list, for this document"""
        document.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty_points.loyalty_point_entry_action"
        )
        action["domain"] = [
            ("source_model", "=", document._name),
            ("source_id", "=", document.id),
        ]
        action["context"] = {}
        return action

    def _reverse(self, key, points=None, reason="reversal", **values):
        """Take entries back: awards are taken, spends given back.

        :param key: idempotency key; with several entries each one's id is appended
        :param points: how many of the entry's points (positive), None for all that is
            left. Of an award, points that have lapsed are not taken again.
        :param values: further values of `_post` (date, source, branch, policy)
        :return: the reversal entries, in the order of `self`
        :raises UserError: more than the entry moved, see `_post`
        """
        vals_list = []
        for entry in self.sudo():
            amount = points
            if points is not None and entry.points > 0:
                amount = -points
            vals_list.append(
                {
                    "source_model": entry.source_model,
                    "source_id": entry.source_id,
                    "source_name": entry.source_name,
                    "branch_id": entry.branch_id.id,
                    **values,
                    "card_id": entry.card_id.id,
                    "kind": "reversal",
                    "points": amount,
                    "key": f"{key}:{entry.id}" if len(self) > 1 else key,
                    "reason": reason,
                    "reversed_entry_id": entry.id,
                }
            )
        return self._post(vals_list)
