import hashlib
import logging
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL, groupby

from ..tools.delivery_states import RANK, sql_moves_to
from ..tools.wallet_errors import NotEnoughCredits

_logger = logging.getLogger(__name__)

# What the words of a report make of a delivery.
STATES = {
    "accepted": ("accepted", None),
    "delivered": ("delivered", None),
    "failed": ("failed", "sms_not_delivered"),
    "expired": ("failed", "sms_expired"),
}


class SmsDelivery(models.Model):
    """Reports of gateways: late, twice, in any order. What has come furthest counts,
    and money follows it."""

    _inherit = "sms.delivery"

    @api.model
    def _apply_reports(self, gateway, reports):
        """Take over what a gateway says became of its messages.

        :param gateway: crm.sms.gateway; of others' messages it is not believed
        :param reports: list of ``tools.gateways.base.Report``
        :return: number of deliveries that changed
        """
        self.flush_model()
        best = self._furthest(gateway, reports)
        rows = self._write_reports(gateway, best) if best else []
        self.invalidate_model(flush=False)
        self._settle_reports(gateway, rows)
        self._tell_followers([row["uuid"] for row in rows if row["followed"]])
        return len(rows)

    @api.model
    def _furthest(self, gateway, reports):
        """:return: {uuid: (state, failure type, report)}: per message the report that
        counts"""
        known = [report for report in reports if report.state in STATES]
        nameless = {report.ref for report in known if not report.uuid and report.ref}
        by_ref = self._uuids_of(gateway, nameless) if nameless else {}
        best = {}
        for report in known:
            uuid = report.uuid or by_ref.get(report.ref)
            state, failure = STATES[report.state]
            if uuid and (uuid not in best or RANK[state] > RANK[best[uuid][0]]):
                best[uuid] = (state, failure, report)
        return best

    @api.model
    def _uuids_of(self, gateway, refs):
        rows = self.env.execute_query(
            SQL(
                "SELECT ref, uuid FROM sms_delivery WHERE gateway_id = %s"
                " AND ref = ANY(%s)",
                gateway.id,
                list(refs),
            )
        )
        return dict(rows)

    @api.model
    def _write_reports(self, gateway, best):
        """:return: list of dict with what was before, of those that changed"""
        now = fields.Datetime.now()
        columns = zip(
            *(
                (
                    *(uuid, state, failure, report.detail or None, report.ref or None),
                    min(report.at, now) if report.at else now,
                )
                for uuid, (state, failure, report) in best.items()
            ),
            strict=True,
        )
        query = SQL(
            """UPDATE sms_delivery AS delivery
                  SET state = said.state,
                      waiting = FALSE, secret_text = NULL,
                      ref = coalesce(delivery.ref, said.ref),
                      failure_type = said.failure, failure_text = said.detail,
                      sent_at = coalesce(delivery.sent_at, said.at),
                      delivered_at = CASE said.state WHEN 'delivered' THEN said.at
                                     ELSE delivery.delivered_at END,
                      failed_at = CASE said.state WHEN 'failed' THEN said.at
                                  ELSE delivery.failed_at END
                 FROM unnest(%(columns)s) AS said(uuid, state, failure, detail, ref, at)
                WHERE delivery.uuid = said.uuid
                  AND delivery.gateway_id = %(gateway)s AND %(moves)s
            RETURNING delivery.id, delivery.uuid, delivery.state, delivery.batch_id,
                      delivery.settle_key, delivery.parts, delivery.cost::text,
                      coalesce(delivery.refunded, FALSE),
                      delivery.native OR delivery.trace_id <> 0""",
            columns=SQL(", ").join(
                SQL("%s::%s[]", list(column), SQL(kind))
                for column, kind in zip(
                    columns, (*("varchar",) * 5, "timestamp"), strict=True
                )
            ),
            gateway=gateway.id,
            moves=sql_moves_to(SQL("delivery.state"), SQL("said.state")),
        )
        names = ("id", "uuid", "state", "batch_id", "settle_key", "parts", "cost")
        names += ("refunded", "followed")
        return [
            dict(zip(names, row, strict=True)) for row in self.env.execute_query(query)
        ]

    # -- money -------------------------------------------------------------------------

    @api.model
    def _settle_reports(self, gateway, rows):
        """What changed may have to be paid for, or be given back.

        A message that its sender has not written up yet is left to the sender.
        """
        on_delivery = gateway.sudo().charged_on == "delivered"
        failed = [
            row
            for row in rows
            if on_delivery and row["state"] == "failed" and row["settle_key"]
        ]
        self._refund([row for row in failed if not row["refunded"]])
        unpaid = [row for row in rows if row["refunded"] and row["state"] != "failed"]
        unpaid += [
            row
            for row in rows
            if not row["settle_key"] and not row["batch_id"] and not row["refunded"]
            if not (on_delivery and row["state"] == "failed")
        ]
        self._charge_late(gateway, unpaid)
        batches = self.env["sms.batch"].browse(
            {row["batch_id"] for row in rows if row["batch_id"]}
        )
        for batch in batches.sudo().filtered(lambda b: b.state == "sent"):
            batch._close()

    @api.model
    def _refund(self, rows):
        """Give back the credits of settled messages.

        :param rows: dicts with id, batch_id, settle_key, parts, cost (text)
        """
        for settle_key, group in groupby(rows, lambda row: row["settle_key"]):
            batch = self.env["sms.batch"].sudo().browse(group[0]["batch_id"])
            ids = sorted(row["id"] for row in group)
            self.env["crm.sms.wallet"]._of(batch.company_id)._refund(
                f"refund:{settle_key}:{_digest(ids)}",
                settle_key,
                sum(row["parts"] for row in group),
                sum((Decimal(row["cost"]) for row in group), Decimal(0)),
                messages=[(row["parts"], row["cost"]) for row in group],
                source_model=batch._name,
                source_id=batch.id,
            )
            self.env.cr.execute(
                SQL(
                    """UPDATE sms_delivery SET refunded = TRUE, cost = 0
                        WHERE id = ANY(%s)""",
                    ids,
                )
            )
        self.invalidate_model(["refunded", "cost"], flush=False)

    @api.model
    def _charge_late(self, gateway, rows):
        """Pay for messages that were written off as not sent and turn out delivered.

        :param rows: dicts with id and parts
        """
        if not rows:
            return
        company = gateway.sudo().company_id
        try:
            with self.env.cr.savepoint(flush=False):
                self._hold_late(company, gateway, rows)
        except NotEnoughCredits:
            # The shop cannot pay for what it never asked to be sent again.
            _logger.warning(
                "Gateway %s: %s messages arrived that are not paid for: no credits",
                *(gateway.id, len(rows)),
            )
            self.env.invalidate_all(flush=False)

    @api.model
    def _hold_late(self, company, gateway, rows):
        self.env.cr.execute(
            SQL(
                """UPDATE sms_delivery SET refunded = FALSE, settle_key = NULL
                    WHERE id = ANY(%s)""",
                [row["id"] for row in rows],
            )
        )
        batch = self.env["sms.batch"]._open_late(company, gateway, rows)
        self.env["crm.sms.wallet"]._of(company)._hold(
            batch._hold_key(),
            batch.credits,
            source_model=batch._name,
            source_id=batch.id,
        )
        batch._close()


def _digest(ids):
    """:return: short text that names these ids"""
    return hashlib.sha256(repr(ids).encode()).hexdigest()[:16]
