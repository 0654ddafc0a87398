import logging
import time
from dataclasses import dataclass, field
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.lost_races import in_transaction

from ..tools.wallet_errors import NotEnoughCredits
from .mailing_mailing_delivery import STEP_SECONDS

_logger = logging.getLogger(__name__)

# A slice is as large as the gateway sends in so many seconds: a one-time code waits no
# longer for its turn, and no more than that is uncertain after a crash.
SLICE_SECONDS = 4
FIRST_SLICE, SMALLEST_SLICE, LARGEST_SLICE = 100, 10, 1000
PRIORITY = SQL("CASE purpose WHEN 'code' THEN 0 WHEN 'service' THEN 1 ELSE 2 END")


@dataclass
class Run:
    """One run of the sender: what it need not find out again for each slice."""

    apis: dict = field(default_factory=dict)
    idle: set = field(default_factory=set)
    turns: dict = field(default_factory=dict)
    sizes: dict = field(default_factory=dict)

    def call(self, gateway_api, messages, count):
        """Let a gateway send, and see how many it manages.

        :return: what it said about each
        """
        begin = time.monotonic()
        results = gateway_api._send_sms_batch(messages)
        speed = count / max(time.monotonic() - begin, 0.001)
        size = max(SMALLEST_SLICE, min(LARGEST_SLICE, int(speed * SLICE_SECONDS)))
        self.sizes[gateway_api.settings.id] = size
        return results

    def size(self, gateway):
        """:return: how many messages to give to a gateway at once"""
        size = self.sizes.get(gateway.id, FIRST_SLICE)
        if gateway.rate:
            size = min(size, int(gateway.rate * SLICE_SECONDS))
        return max(1, size)

    def api(self, gateway):
        if gateway.id not in self.apis:
            self.apis[gateway.id] = gateway._api()
        return self.apis[gateway.id]

    def usable(self, gateways):
        """:return: those that are set up so that they can be called; the others rest"""
        usable = gateways.browse()
        for gateway in gateways:
            try:
                self.api(gateway)
            except (UserError, ValueError) as error:
                gateway._rest(str(error))
            else:
                usable += gateway
        return usable

    def close(self):
        for gateway_api in self.apis.values():
            gateway_api.close()


@dataclass(frozen=True)
class Row:
    """A message as the sender needs it: plain values."""

    id: int
    uuid: str
    number: str
    text: str
    sender: str
    parts: int
    purpose: str


class SmsDelivery(models.Model):
    """The sender: takes what waits, slice by slice.

    A slice is a batch of one company for one gateway. Its credits are held and its
    messages are marked as being sent, and both are committed; then the gateway is
    called with no transaction open; then what it said is written. Whatever breaks in
    between leaves a batch in state `held`, and `sms.batch` asks the gateway about it.
    """

    _inherit = "sms.delivery"

    _failover_idx = models.Index("(company_id) WHERE waiting AND tried IS NOT NULL")

    @api.model
    def _cron_send(self):
        """Send what waits, until nothing does or the time is up."""
        self._send_waiting(self.env["ir.cron"]._commit_progress)

    @api.model
    def _send_waiting(self, commit):
        """:param commit: as ``ir.cron._commit_progress``
        :return: number of messages that were handled"""
        self.flush_model()
        in_transaction(self.env, self._drop_late_codes, lambda _done: commit())
        run = Run()
        try:
            return self._send_slices(run, commit)
        finally:
            run.close()

    @api.model
    def _send_slices(self, run, commit):
        total = 0
        while company := self._next_company(run):
            try:
                count, seconds = self._send_slice(company, run, commit)
            except Exception:
                # One company's trouble is no reason to keep the others waiting. What
                # this slice was is found out by asking the gateway.
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                _logger.exception("SMS of company %s: a slice failed", company.id)
                count, seconds = 0, True
            total += count
            run.turns[company.id] = run.turns.get(company.id, 0) + 1
            if not count:
                run.idle.add(company.id)
            if not seconds:
                return total
        commit(0, remaining=0)
        return total

    @api.model
    def _next_company(self, run):
        """:return: the company whose turn it is: codes before notices before
        advertising, then whoever had fewer turns; nothing when nobody has any"""
        rows = self.env.execute_query(
            SQL(
                """SELECT company.id, first.priority
                     FROM res_company company
                    CROSS JOIN LATERAL (
                          SELECT %(priority)s AS priority
                            FROM sms_delivery
                           WHERE waiting AND company_id = company.id
                             AND (not_before IS NULL OR not_before <= %(now)s)
                           ORDER BY %(priority)s, id LIMIT 1) AS first
                    WHERE company.id <> ALL(%(idle)s)""",
                priority=PRIORITY,
                now=fields.Datetime.now(),
                idle=list(run.idle),
            )
        )
        if not rows:
            return None
        id_, _priority = min(rows, key=lambda r: (r[1], run.turns.get(r[0], 0), r[0]))
        return self.env["res.company"].sudo().browse(id_)

    @api.model
    def _send_slice(self, company, run, commit):
        """Take some messages of a company, send them, write what came of it.

        :return: (how many messages left the queue, what the last commit returned)
        """
        taken, seconds = in_transaction(
            self.env, lambda: self._take(company, run), lambda _taken: commit()
        )
        batch, gateway_api, rows, dropped = taken
        if not batch:
            return dropped, seconds
        try:
            # Nothing of the database is touched until the gateway has answered.
            results = run.call(gateway_api, self._as_messages(rows), len(rows))
            _done, seconds = in_transaction(
                self.env,
                lambda: batch._finish(results),
                lambda _done: commit(len(rows), remaining=len(rows)),
            )
        finally:
            batch._unlock()
        return len(rows) + dropped, seconds

    @api.model
    def _as_messages(self, rows):
        """:return: Row as Odoo gives messages to gateways: those with one text and one
        sender together"""
        groups = {}
        for row in rows:
            groups.setdefault((row.text, row.sender), []).append(row)
        return [
            {
                "content": text,
                "numbers": [{"number": r.number, "uuid": r.uuid} for r in group],
                **({"sender": sender} if sender else {}),
            }
            for (text, sender), group in groups.items()
        ]

    # -- taking a slice ----------------------------------------------------------------

    @api.model
    def _take(self, company, run):
        """Mark the next messages of a company as being sent, with their credits held.

        :return: (sms.batch or None, GatewayApi, [Row], number of messages that were
            dropped instead)
        """
        # what is held and marked is one: a refusal of the wallet undoes both
        gateways = self.env["crm.sms.gateway"]._of_company(company)._ready()
        gateways = run.usable(gateways)
        gateway, rows = self._pick(company, gateways, run)
        rows, dropped = self._without_stopped(company, rows)
        wallet = self.env["crm.sms.wallet"]._of(company)
        kept = self._affordable(wallet, rows)
        batch = None
        if kept:
            batch = self._mark(company, gateway, wallet, kept)
        company._note_credits_missing(bool(rows) and not batch)
        if not batch:
            return None, None, [], dropped
        batch._lock()
        return batch, run.api(gateway), kept, dropped

    @api.model
    def _mark(self, company, gateway, wallet, rows):
        """:return: the new batch, None when the wallet refuses"""
        try:
            with self.env.cr.savepoint(flush=False):
                batch = self.env["sms.batch"]._open(company, gateway, rows)
                wallet._hold(
                    batch._hold_key(),
                    batch.credits,
                    source_model=batch._name,
                    source_id=batch.id,
                )
                return batch
        except NotEnoughCredits:
            # some have ended since: the next run counts without them
            self.env.invalidate_all(flush=False)
            wallet._expire()
            return None

    @api.model
    def _affordable(self, wallet, rows):
        """:return: as many of the rows, from the first on, as the wallet can hold"""
        if wallet.mode != "resold":
            return rows
        left, kept = wallet.credits, []
        for row in rows:
            left -= row.parts
            if left < 0:
                break
            kept.append(row)
        return kept

    @api.model
    def _pick(self, company, gateways, run):
        """Choose and lock the next messages of a company.

        Those that a gateway has refused come first and go to the next one; the others
        go to the first gateway.

        :return: (gateway, [Row])
        """
        limits = self.env["mailing.mailing"]._sms_limits(company)
        for position, gateway in reversed(list(enumerate(gateways))):
            wanted = self._for_gateway(gateway, gateways[:position])
            size = run.size(gateway)
            barred = [*limits.barred, *limits.quotas]
            free = SQL("(mailing_id IS NULL OR mailing_id <> ALL(%s))", barred)
            rows = self._lock_rows(company, SQL("%s AND %s", wanted, free), size)
            for mailing_id, quota in limits.quotas.items():
                if rows or not quota:
                    continue
                mine = SQL("%s AND mailing_id = %s", wanted, mailing_id)
                rows = self._lock_rows(company, mine, min(size, quota))
            if rows:
                return gateway, rows
        if limits.quotas:
            self._wake_sender({fields.Datetime.now() + timedelta(seconds=STEP_SECONDS)})
        return None, []

    @api.model
    def _for_gateway(self, gateway, earlier):
        """:param earlier: gateways that come before it and are not at rest
        :return: SQL condition: messages that this gateway is the next to try"""

        def has_tried(one):
            return SQL("strpos(coalesce(tried, ''), %s) > 0", f",{one.id},")

        conditions = [SQL("NOT %s", has_tried(gateway))]
        if earlier:
            conditions += [SQL("tried IS NOT NULL"), *map(has_tried, earlier)]
        return SQL(" AND ").join(conditions)

    @api.model
    def _lock_rows(self, company, condition, limit):
        """:return: [Row], the most urgent first, skipping those that another sender
        has taken"""
        rows = self.env.execute_query(
            SQL(
                """SELECT id, uuid, number, coalesce(secret_text, text), sender, parts,
                          purpose
                     FROM sms_delivery
                    WHERE waiting AND company_id = %(company)s
                      AND (not_before IS NULL OR not_before <= %(now)s)
                      AND %(condition)s
                    ORDER BY %(priority)s, id
                    LIMIT %(limit)s
                      FOR UPDATE SKIP LOCKED""",
                company=company.id,
                now=fields.Datetime.now(),
                condition=condition,
                priority=PRIORITY,
                limit=limit,
            )
        )
        return [Row(*row) for row in rows]

    @api.model
    def _without_stopped(self, company, rows):
        """Take out advertising to those who have said no since it was queued: their
        number, or their consent.

        :return: (the other rows, how many were taken out)
        """
        adverts = [row for row in rows if row.purpose == "marketing_sms"]
        if not adverts:
            return rows, 0
        numbers = {row.number for row in adverts}
        stopped = self.env["crm.sms.stop"]._stopped_among(company, numbers)
        ids = {row.id for row in adverts if row.number in stopped}
        ids |= self._withdrawn_among([row.id for row in adverts])
        if not ids:
            return rows, 0
        self._cancel_where(
            SQL("id = ANY(%s)", list(ids)),
            "sms_optout",
            self.env._("Has asked to stop."),
        )
        return [row for row in rows if row.id not in ids], len(ids)
