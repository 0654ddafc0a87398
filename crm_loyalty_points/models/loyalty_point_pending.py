from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import ledger_sql, pending_sql
from ..tools.ledger_movement import Movement
from ..tools.local_day import local_today
from ..tools.snapshot_field import SnapshotMany2one
from .loyalty_point_award_lapse import LOST_RACES

RELEASE_BATCH = 1000
WAITS = {"available_on", "wait_for"}


class LoyaltyPointPending(models.Model):
    """Points that were earned but cannot be used yet: in no balance.

    A row is resolved once: posted to the ledger under its own key, or void. Until then
    points of what is cancelled or comes back are taken off it. Posted points have the
    day of their release as their date: their validity is counted from that day.
    """

    _name = "loyalty.point.pending"
    _inherit = "loyalty.point.locked"
    _description = "Points Not Yet Available"
    _order = "id desc"
    _log_access = False

    card_id = fields.Many2one(
        "loyalty.card", required=True, readonly=True, ondelete="restrict", index=True
    )
    kind = fields.Selection(
        [("earn", "Earned"), ("bonus", "Bonus")], required=True, readonly=True
    )
    points = fields.Float(
        digits=(16, 2),
        required=True,
        readonly=True,
        help="What is left to come, or what was released.",
    )
    held_points = fields.Float("Points at First", digits=(16, 2), readonly=True)
    returned_points = fields.Float(
        "Taken for Returned Goods", digits=(16, 2), readonly=True
    )
    date = fields.Date("Earned On", required=True, readonly=True)
    expiry = fields.Date(
        readonly=True,
        help="A last day that was set for these points; else the programme's rule "
        "counts from the day on which they become available.",
    )
    available_on = fields.Date(readonly=True)
    wait_for = fields.Selection(
        [("delivered", "Delivery"), ("paid", "Payment")], readonly=True
    )
    state = fields.Selection(
        [("pending", "Pending"), ("posted", "Available"), ("void", "Void")],
        required=True,
        readonly=True,
    )
    void_reason = fields.Char("Reason of Reduction", readonly=True)
    entry_id = fields.Many2one(
        "loyalty.point.entry", readonly=True, ondelete="restrict", index=True
    )
    company_id = SnapshotMany2one("res.company", readonly=True)
    program_id = SnapshotMany2one(
        "loyalty.program", string="Programme", required=True, readonly=True
    )
    branch_id = SnapshotMany2one("crm.branch", readonly=True)
    reason = fields.Char(required=True, readonly=True)
    source_model = fields.Char(readonly=True)
    source_id = fields.Many2oneReference(
        "Source Document", model_field="source_model", readonly=True
    )
    source_name = fields.Char("Source", readonly=True)
    policy = fields.Json(readonly=True)
    key = fields.Char("Idempotency Key", required=True, readonly=True)
    body_hash = fields.Char(required=True, readonly=True)
    operator_model = fields.Char(readonly=True)
    operator_id = fields.Many2oneReference(
        "Operator Record", model_field="operator_model", readonly=True
    )
    operator_name = fields.Char("Operator", required=True, readonly=True)
    held_at = fields.Datetime(required=True, readonly=True)
    resolved_at = fields.Datetime(readonly=True)

    partner_id = fields.Many2one(related="card_id.partner_id", string="Customer")

    _key_uniq = models.UniqueIndex("(key)")
    _source_idx = models.Index("(source_model, source_id)")
    _waiting_idx = models.Index("(id) WHERE state = 'pending'")

    @api.model
    def _hold(self, vals_list):
        """Keep points to be posted later.

        :param vals_list: dicts as `loyalty.point.entry._post` takes them, of kind
            "earn" or "bonus" with positive points, plus `available_on` (date) and
            `wait_for` ("delivered" or "paid"), one of them at least. Without `expiry`
            the programme's rule gives it on the day of the release.
        :return: the pending rows, in the order asked; empty for points that were
            posted under their key meanwhile
        :raise UserError: a key used with another body
        :raise ValueError: wrong values
        """
        if not vals_list:
            return self.browse()
        movements = [self._held_movement(vals) for vals in vals_list]
        known = pending_sql.bodies(self.env, [m.key for m in movements])
        fresh = []
        for movement, vals in zip(movements, vals_list, strict=True):
            id_, body = known.setdefault(movement.key, (None, None))
            if body is None:
                known[movement.key] = (None, movement.body)
                fresh.append((movement, vals))
            elif body != movement.body:
                raise UserError(
                    self.env._(
                        "The key %(key)s was already used for another movement of "
                        "points.",
                        key=movement.key,
                    )
                )
        if fresh:
            self._insert_held(fresh)
            known = pending_sql.bodies(self.env, [m.key for m in movements])
        ids = [known[movement.key][0] for movement in movements]
        return self.browse(id_ for id_ in ids if id_)

    def _insert_held(self, fresh):
        """:param fresh: [(Movement, its vals)]"""
        self.env["loyalty.card"].sudo().flush_model()
        self.env["loyalty.program"].flush_model()
        ids = {movement.card_id for movement, _vals in fresh}
        # The lock: a cancellation at the same time must see these points.
        moved = ledger_sql.move_cards(self.env, [(id_, 0, 0) for id_ in ids])
        cards = {card[0]: card for card in moved if card[6]}
        if ids - cards.keys():
            raise ValueError("points are held for cards of the ledger only")
        user = self.env.user
        pending_sql.insert(
            self.env,
            [
                self._held_row(place, movement, vals, cards[movement.card_id])
                for place, (movement, vals) in enumerate(fresh)
            ],
            (user._name, user.id, user._crm_operator_name()),
        )
        self._pending_changed()

    def _pending_changed(self):
        self.invalidate_model(flush=False)
        self.env["loyalty.card"].invalidate_model(["points_pending"], flush=False)

    @api.model
    def _held_movement(self, vals):
        waits = {name: vals.get(name) for name in WAITS}
        movement = Movement.from_vals(
            {name: value for name, value in vals.items() if name not in WAITS}
        )
        if movement.kind not in ("earn", "bonus") or movement.cents <= 0:
            raise ValueError("only points that are given can be held")
        if not any(waits.values()) or waits["wait_for"] not in (
            *(None, False),
            *("delivered", "paid"),
        ):
            raise ValueError("points wait for a day, or to be delivered or paid")
        return movement

    @api.model
    def _held_row(self, place, movement, vals, card):
        company = self.env["res.company"].browse(card[4])
        return (
            place,
            movement.card_id,
            *(card[4], card[3], movement.branch_id, movement.kind, movement.cents),
            movement.date or local_today(self.env, company),
            movement.expiry,
            fields.Date.to_date(vals.get("available_on")) or None,
            vals.get("wait_for") or None,
            movement.reason,
            *movement.source,
            movement.policy,
            movement.key,
            movement.body,
        )

    def _release(self):
        """Post those of these rows that are pending, each under its own key.

        :return: the entries
        """
        rows = [
            dict(zip(pending_sql.TAKEN, row, strict=True))
            for row in pending_sql.take(self.env, self.ids)
        ]
        if not rows:
            return self.env["loyalty.point.entry"]
        entries = self.env["loyalty.point.entry"].sudo()
        entries = entries._post([self._released_vals(row) for row in rows])
        pending_sql.link(
            self.env,
            [(row["id"], entry.id) for row, entry in zip(rows, entries, strict=True)],
        )
        self._pending_changed()
        return entries

    def _released_vals(self, row):
        """:return: dict for the ledger's writer; the validity counts from today"""
        program = self.env["loyalty.program"].sudo().browse(row["program_id"])
        company = self.env["res.company"].browse(row["company_id"] or ())
        today = local_today(self.env, company)
        names = ("card_id", "kind", "points", "key", "reason", "branch_id")
        names += ("source_model", "source_id", "source_name")
        return {
            **{name: row[name] for name in names},
            "date": today,
            "expiry": row["expiry"] or program._get_award_expiry(today),
            "policy": {
                **(row["policy"] or {}),
                **program._get_expiry_snapshot(),
                "earned_on": row["date"].isoformat(),
            },
        }

    def _void(self, reason):
        """Give up those of these rows that are pending.

        :param str reason: a short code
        :return: the rows that were
        """
        ids = pending_sql.void(self.env, self.ids, reason)
        self._pending_changed()
        return self.browse(ids)

    @api.model
    def _reduce(self, amounts, reason, returned=False):
        """Take points off rows that are pending; one without points left is void.

        :param amounts: {id: Decimal points to take, at most what is left}
        :param returned: they are points of goods that came back
        """
        rows = [(id_, int(points * 100)) for id_, points in amounts.items()]
        if rows:
            pending_sql.reduce(self.env, rows, reason, returned)
            self._pending_changed()

    @api.model
    def _ready(self, rows):
        """Which of them can be released now.

        :param rows: as `pending_sql.of_day` lists them
        :return: list of ids
        """
        ready, waiting = [], {}
        for id_, model, source_id, wait_for in rows:
            if wait_for:
                waiting.setdefault((model, wait_for), []).append((id_, source_id))
            else:
                ready.append(id_)
        for (model, wait_for), pairs in waiting.items():
            documents = self.env[model].sudo().browse({doc for _id, doc in pairs})
            happened = set(documents.exists()._filter_points_ready(wait_for).ids)
            ready += [id_ for id_, document in pairs if document in happened]
        return ready

    @api.model
    def _release_batch(self, after, limit=RELEASE_BATCH):
        """Release what can be, of the next `limit` rows after an id.

        :return: (id of the last row looked at or None at the end, number of entries)
        """
        rows = pending_sql.of_day(self.env, limit, after)
        entries = self.browse(self._ready(rows))._release()
        return (rows[-1][0] if len(rows) == limit else None), len(entries)

    @api.model
    def _cron_release(self, limit=RELEASE_BATCH):
        """Release points whose day has come or whose order is delivered or paid.

        A batch that loses a race is rolled back, and left to the next run.
        """
        progress = self.env["ir.cron"]._commit_progress
        after = 0
        while after is not None:
            try:
                after, done = self._release_batch(after, limit)
            except LOST_RACES:
                self.env.cr.rollback()
                rows = pending_sql.of_day(self.env, limit, after)
                after, done = (rows[-1][0] if len(rows) == limit else None), 0
            if not progress(done):
                break
