import logging
import time
from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.lost_races import LOST_RACES

from ..tools import basket as engine
from ..tools import replay_history

_logger = logging.getLogger(__name__)

BATCH = 200
# A turn of the job, well below the two minutes after which the server ends it by force.
TURN_SECONDS = 50
# Somebody cancels, or the server is busy: the batch is counted again later.


class LoyaltyReplay(models.Model):
    """Counting, in committed batches that can be cut off anywhere.

    What a batch needs to know of the past is read from the rows that were counted
    before, so that a job which was killed goes on where it stopped.
    """

    _inherit = "loyalty.replay"

    @api.model
    def _cron_replay(self):
        """Count the orders of running replays, the oldest first."""
        deadline = float("inf")
        if self.env.context.get("ir_cron_progress_id"):
            deadline = time.monotonic() + TURN_SECONDS
        for replay in self.sudo().search([("state", "=", "running")], order="id"):
            replay = replay.with_company(replay.company_id).with_context(
                allowed_company_ids=replay.company_id.ids
            )
            if not replay._run_safely(deadline):
                break

    def _run_safely(self, deadline):
        """:return: False when the time is over before the orders"""
        try:
            return self._run(deadline)
        except LOST_RACES:
            # nothing of the batch is there: it is counted again, unless cancelled
            self.env.cr.rollback()
            self.env.invalidate_all()
            self.env["ir.cron"]._commit_progress(0, remaining=1)
            return False
        except Exception as error:
            # this draft cannot be counted; others must not wait for it
            _logger.exception("%s stopped", self)
            self.env.cr.rollback()
            self.env.invalidate_all()
            self.write({"state": "failed", "error_message": str(error)[:1000]})
            self.env["ir.cron"]._commit_progress(1, remaining=1)
            return True

    def _run(self, deadline):
        while self.state == "running":
            rows = self._get_next_rows()
            if not rows:
                self._finish()
                return True
            self._count_rows(rows)
            if not self._commit_batch(len(rows)) or time.monotonic() >= deadline:
                return False
        return True

    def _commit_batch(self, processed):
        """:return: bool, whether the job has time for the next batch"""
        self.env.flush_all()
        left = self._count_left()
        time_left = self.env["ir.cron"]._commit_progress(processed, remaining=left + 1)
        # the cache of thousands of orders would only make each batch slower
        self.env.invalidate_all()
        return time_left > 0

    def _get_next_rows(self):
        return self.env["loyalty.replay.order"].search(
            [("replay_id", "=", self.id), ("done", "=", 0)],
            order="number",
            limit=BATCH,
        )

    def _count_left(self):
        domain = [("replay_id", "=", self.id), ("done", "=", 0)]
        return self.env["loyalty.replay.order"].search_count(domain)

    # -- counting --------------------------------------------------------------------

    def _get_sides(self):
        """:return: {"current" | "draft": replay_history.Side}; an archived programme is
        read with its rules, which were archived with it"""
        programs = {"current": self.current_program_id, "draft": self.program_id}
        return {
            name: replay_history.Side(program.with_context(active_test=program.active))
            for name, program in programs.items()
        }

    def _count_rows(self, rows):
        """Count a batch, each order knowing what the orders before it gave."""
        sides = self._get_sides()
        replay_history.load(self.env, self.id, sides, rows.partner_id.ids)
        adapters = rows._get_adapters()
        counted = []
        for row in rows:
            points = self._count_row(row, adapters.get(row), sides)
            counted.append((row.id, *points))
        ids, current, draft = zip(*counted, strict=True)
        self.env.cr.execute(
            SQL(
                """UPDATE loyalty_replay_order o
                      SET done = 1, points_current = counted.current,
                          points_draft = counted.draft
                     FROM unnest(%s::int[], %s::numeric[], %s::numeric[])
                          AS counted(id, current, draft)
                    WHERE o.id = counted.id""",
                list(ids),
                list(current),
                list(draft),
            )
        )
        rows.invalidate_recordset(flush=False)

    def _count_row(self, row, adapter, sides):
        """:return: [points by the current programme, by the draft], Decimal"""
        amount = engine.number(row.amount, 2)
        found = []
        basket = None
        for side in sides.values():
            points = replay_history.ZERO
            if adapter and row._is_open(side.program):
                basket = basket or adapter.basket()
                points = self._count_basket(adapter, basket, side, row)
            side.note(row.partner_id.id, row.day, points, amount)
            found.append(points)
        return found

    def _count_basket(self, adapter, basket, side, row):
        needs = side.needs
        is_first = adapter.is_first_order() if "first_order" in needs else None
        if needs or side.policy.keys:
            customer = adapter.get_customer()
            known = replay_history.facts(side, customer, row.day, is_first)
            basket = replace(basket, customer=known)
            adapter.suppose_tiers(known.tiers)
        return engine.compute(adapter.policy(side.program), basket).points

    # -- the result ------------------------------------------------------------------

    def _finish(self):
        self._sum_members()
        self.write({"state": "done", "date_done": fields.Datetime.now()})
        self.user_id._bus_send(
            "simple_notification",
            {
                "type": "success",
                "title": self.env._("The draft was tried"),
                "message": self._get_verdict(),
                "sticky": True,
            },
        )
        self.env.flush_all()
        self.env["ir.cron"]._commit_progress(1, remaining=0)

    def _sum_members(self):
        """Sum up per customer; tiers are those of the last day."""
        self.env.cr.execute(
            SQL(
                """INSERT INTO loyalty_replay_member (
                       replay_id, company_id, partner_id, order_count, amount,
                       points_current, points_draft, points_difference, tier_move)
                   SELECT replay_id, company_id, partner_id, count(*), sum(amount),
                          sum(points_current), sum(points_draft),
                          sum(points_draft) - sum(points_current), 'same'
                     FROM loyalty_replay_order
                    WHERE replay_id = %s AND partner_id IS NOT NULL
                 GROUP BY replay_id, company_id, partner_id""",
                self.id,
            )
        )
        sides = self._get_sides()
        if any(side.policy.keys for side in sides.values()):
            self._write_tiers(sides)
        self.invalidate_recordset()

    def _write_tiers(self, sides):
        members = self.env["loyalty.replay.member"]
        members = members.search([("replay_id", "=", self.id)])
        replay_history.load(self.env, self.id, sides, members.partner_id.ids)
        rows = []
        for member in members:
            keys = [
                side.tier(member.partner_id.id, self.date_to) for side in sides.values()
            ]
            ranks = [
                side.policy.rank_of(key)
                for side, key in zip(sides.values(), keys, strict=True)
            ]
            move = "same"
            if ranks[0] != ranks[1]:
                move = "up" if ranks[1] > ranks[0] else "down"
            rows.append((member.id, *keys, move))
        if not rows:
            return
        ids, current, draft, moves = zip(*rows, strict=True)
        self.env.cr.execute(
            SQL(
                """UPDATE loyalty_replay_member m
                      SET tier_current_id = found.current, tier_draft_id = found.draft,
                          tier_move = found.move
                     FROM unnest(%s::int[], %s::int[], %s::int[], %s::varchar[])
                          AS found(id, current, draft, move)
                    WHERE m.id = found.id""",
                list(ids),
                list(current),
                list(draft),
                list(moves),
            )
        )
        members.invalidate_recordset(flush=False)
