import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools.lost_races import LOST_RACES, in_transaction

from ..tools.gateways.base import GatewayError

_logger = logging.getLogger(__name__)

# A sender that has said nothing for so long, and holds no lock, is dead.
DEAD_MINUTES = 10
# How often a gateway is asked about what it has not answered.
ASK_MINUTES = 15
ASKED_AT_ONCE = 500


class SmsBatch(models.Model):
    """What a dead sender left behind, and messages of which nobody knows whether they
    were sent: the gateway is asked, and nothing is sent again blindly."""

    _inherit = "sms.batch"

    @api.model
    def _cron_reconcile(self, dead_minutes=DEAD_MINUTES, ask_minutes=ASK_MINUTES):
        """Ask the gateways about open batches; give up asking after some days."""
        commit = self.env["ir.cron"]._commit_progress
        for batch in self._open_batches(dead_minutes, ask_minutes):
            try:
                if not batch._reconcile(commit):
                    break
            except LOST_RACES:
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                _logger.info("batch %s: lost a race, asked again later", batch.id)
        deliveries = self.env["sms.delivery"]
        in_transaction(
            self.env, deliveries._free_untried, lambda _done: commit(0, remaining=0)
        )

    @api.model
    def _open_batches(self, dead_minutes, ask_minutes):
        """:return: the batches to ask about, the oldest first (superuser)"""
        self.flush_model()
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM sms_batch
                    WHERE state = 'held' AND started_at <= %s
                       OR state = 'sent' AND coalesce(asked_at, started_at) <= %s
                    ORDER BY started_at, id""",
                now - timedelta(minutes=dead_minutes),
                now - timedelta(minutes=ask_minutes),
            )
        )
        return self.sudo().browse(id_ for (id_,) in rows)

    def _reconcile(self, commit):
        """Find out about one batch.

        :return: seconds left for the job; true when there are any
        """
        self.ensure_one()
        if not self._try_lock():
            return True  # it is being sent right now
        try:
            (gateway_api, refs), _left = in_transaction(
                self.env, self._begin_asking, lambda _done: commit()
            )
            reports = self._ask(gateway_api, refs)
            _done, left = in_transaction(
                self.env,
                lambda: self._end_asking(reports),
                lambda _done: commit(1, remaining=1),
            )
            return left
        finally:
            self._unlock()

    def _begin_asking(self):
        """:return: (GatewayApi, {uuid: reference}) of what nobody knows"""
        self.env.cr.execute(
            SQL(
                "UPDATE sms_batch SET asked_at = %s WHERE id = %s",
                fields.Datetime.now(),
                self.id,
            )
        )
        self.invalidate_recordset(["asked_at", "state"])
        refs = self.env.execute_query(
            SQL(
                """SELECT uuid, ref FROM sms_delivery
                    WHERE batch_id = %s AND state IN ('sending', 'unknown')""",
                self.id,
            )
        )
        return self.gateway_id._api(), dict(refs)

    def _ask(self, gateway_api, refs):
        """Ask with no transaction open.

        :return: list of Report
        """
        if not refs or not gateway_api.can_query:
            return []
        reports, uuids = [], list(refs)
        for begin in range(0, len(uuids), ASKED_AT_ONCE):
            some = {uuid: refs[uuid] for uuid in uuids[begin : begin + ASKED_AT_ONCE]}
            try:
                reports += gateway_api.query(some).values()
            except GatewayError as error:
                _logger.info("gateway %s: %s", gateway_api.settings.id, error.text)
                break
            except Exception as error:
                # what a foreign server says must not keep the batches of others open
                _logger.warning(
                    "gateway %s: no answer that can be read: %s",
                    *(gateway_api.settings.id, type(error).__name__),
                )
                break
        return reports

    def _end_asking(self, reports):
        """Write what the gateway knows; what it has never seen may be sent again."""
        deliveries = self.env["sms.delivery"]
        never = [report.uuid for report in reports if report.state == "never_seen"]
        deliveries._send_never_seen(self, never)
        deliveries._apply_reports(self.gateway_id, reports)
        self._leave_unknown()
        self._give_up()
        self._close()

    def _leave_unknown(self):
        """Nobody is sending these, and the gateway does not know them or is silent."""
        self.env.cr.execute(
            SQL(
                """UPDATE sms_delivery SET state = 'unknown', failure_type = 'unknown',
                          secret_text = NULL
                    WHERE batch_id = %s AND state = 'sending' AND waiting IS NOT TRUE
                """,
                self.id,
            )
        )
        self.env["sms.delivery"].invalidate_model(flush=False)

    def _give_up(self):
        """After some days what nobody can tell counts as sent: it may have been."""
        days = self.company_id.sms_unknown_days
        if self.started_at > fields.Datetime.now() - timedelta(days=days):
            return
        rows = self.env.execute_query(
            SQL(
                """UPDATE sms_delivery SET state = 'accepted', failure_type = 'unknown',
                          failure_text = %s, sent_at = coalesce(sent_at, %s)
                    WHERE batch_id = %s AND state = 'unknown'
                RETURNING uuid, native OR trace_id <> 0""",
                self.env._("The gateway never said whether it was sent."),
                self.started_at,
                self.id,
            )
        )
        deliveries = self.env["sms.delivery"]
        deliveries.invalidate_model(flush=False)
        deliveries._tell_followers([uuid for uuid, followed in rows if followed])

    @api.model
    def _open_late(self, company, gateway, rows):
        """A batch for messages that were sent already and are paid for now.

        :param rows: dicts with id and parts
        """
        credits = sum(row["parts"] for row in rows)
        batch = self.sudo().create(
            {
                "uuid": self._new_uuid(),
                "company_id": company.id,
                "gateway_id": gateway.id,
                "messages": len(rows),
                "credits": credits,
                "open_credits": credits,
                "steps": 0,
                "started_at": fields.Datetime.now(),
            }
        )
        self.env.cr.execute(
            SQL(
                "UPDATE sms_delivery SET batch_id = %s WHERE id = ANY(%s)",
                batch.id,
                [row["id"] for row in rows],
            )
        )
        return batch


class SmsDelivery(models.Model):
    """Messages that wait again."""

    _inherit = "sms.delivery"

    @api.model
    def _send_never_seen(self, batch, uuids):
        """The gateway has certainly not got these: they wait for their turn again, in
        the state they have reached. A code would come too late."""
        if not uuids:
            return
        self.env.cr.execute(
            SQL(
                """UPDATE sms_delivery
                      SET state = CASE purpose WHEN 'code' THEN 'refused'
                                               ELSE state END,
                          failure_type = CASE purpose WHEN 'code' THEN 'late' END,
                          failure_text = NULL,
                          waiting = purpose <> 'code', batch_id = NULL,
                          secret_text = NULL
                    WHERE batch_id = %s AND uuid = ANY(%s)
                      AND state IN ('sending', 'unknown')""",
                batch.id,
                list(uuids),
            )
        )
        self.invalidate_model(flush=False)
        self._wake_sender()

    @api.model
    def _free_untried(self):
        """The gateway that was to try a message next may be gone: begin again."""
        self.env.cr.execute(
            """UPDATE sms_delivery AS delivery SET tried = NULL
                WHERE waiting AND tried IS NOT NULL AND NOT EXISTS (
                      SELECT FROM crm_sms_gateway gateway
                       WHERE gateway.company_id = delivery.company_id
                         AND gateway.active
                         AND strpos(delivery.tried, ',' || gateway.id || ',') = 0)"""
        )
