import dataclasses
from dataclasses import dataclass
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..tools.delivery_states import sql_moves_to

# Words of a gateway that are about itself, not about the message.
TROUBLE = {"insufficient_credit", "unregistered"}
# So many refusals with nothing else: the gateway is not there.
TROUBLE_COUNT = 3
# How often a message that only this gateway could send is tried.
TRIES = 5
GIVE_UP_HOURS = 24


@dataclass
class Outcome:
    """What is to be written about one message. `state` None: it waits for its next
    try."""

    uuid: str
    state: str | None
    ref: str = ""
    failure_type: str | None = None
    failure_text: str | None = None
    tried: str | None = None
    tries: int = 0
    not_before: object = None
    credits: str | None = None


class SmsBatch(models.Model):
    """What the gateway has answered is written down."""

    _inherit = "sms.batch"

    def _finish(self, results):
        """Write the answers of the gateway, then settle and release.

        :param list results: of ``GatewayApi._send_sms_batch``
        """
        self.ensure_one()
        gateway = self.sudo().gateway_id
        trouble = self._trouble(results)
        if trouble:
            gateway._rest(trouble)
        elif any(result["state"] in ("success", "processing") for result in results):
            gateway._works()
        messages = self._refused_here(results)
        outcomes = [
            self._outcome(result, gateway, trouble, messages.get(result["uuid"]))
            for result in results
        ]
        self._write_outcomes(outcomes)
        self._close()

    def _trouble(self, results):
        """:return: why this gateway gets a rest, "" when it does not"""
        refused = [r for r in results if r.get("refused_by") == "gateway"]
        own = [r for r in refused if r["state"] in TROUBLE]
        if len(refused) == len(results) >= TROUBLE_COUNT:
            own = own or refused
        if not own and any(r["state"] == "unknown" for r in results):
            # the rest of a batch is not tried once answers stay away
            own = [r for r in refused if len(refused) >= TROUBLE_COUNT]
        return (own[0].get("failure_reason") or own[0]["state"]) if own else ""

    def _refused_here(self, results):
        """:return: {uuid: (purpose, tried, tries, queued_at)} of the messages that
        another gateway may take"""
        uuids = [r["uuid"] for r in results if r.get("refused_by") == "gateway"]
        if not uuids:
            return {}
        rows = self.env.execute_query(
            SQL(
                """SELECT uuid, purpose, coalesce(tried, ''), coalesce(tries, 0),
                          queued_at, mailing_id
                     FROM sms_delivery WHERE uuid = ANY(%s)""",
                uuids,
            )
        )
        return {uuid: values for uuid, *values in rows}

    def _outcome(self, result, gateway, trouble, message):
        """:return: Outcome"""
        uuid, state = result["uuid"], result["state"]
        if state in ("success", "processing"):
            credit = result.get("credit")
            credits = None if credit is None else str(credit)
            return Outcome(uuid, "accepted", result.get("ref") or "", credits=credits)
        text = result.get("failure_reason") or None
        if state == "unknown":
            return Outcome(uuid, "unknown", result.get("ref") or "", "unknown", text)
        failure = gateway._failure_type(state)
        if message is None:
            return Outcome(uuid, "refused", "", failure, text)
        return self._next_try(uuid, message, failure, text, gateway, trouble)

    def _next_try(self, uuid, message, failure, text, gateway, trouble):
        """What becomes of a message that this gateway has certainly not taken.

        :return: Outcome
        """
        purpose, tried, tries, queued_at, mailing_id = message
        others = self._other_gateways(gateway, tried)
        refused = Outcome(uuid, "refused", "", failure, text)
        waits = Outcome(uuid, None, "", failure, text, tried or None, tries)
        now = fields.Datetime.now()
        if trouble:
            late = queued_at and queued_at < now - timedelta(hours=GIVE_UP_HOURS)
            is_code = purpose == "code" and not others._ready()
            return refused if is_code or (late and not mailing_id) else waits
        if others:
            waits.tried = f"{tried or ','}{gateway.id},"
            return waits
        if purpose == "code" or tries + 1 >= TRIES:
            return refused
        # all have refused it: a little later they may not
        waits.tried, waits.tries = None, tries + 1
        waits.not_before = now + timedelta(minutes=2**tries)
        self.env["sms.delivery"]._wake_sender({waits.not_before})
        return waits

    def _other_gateways(self, gateway, tried):
        """:return: gateways of the company that have not refused the message"""
        gateways = self.env["crm.sms.gateway"]._of_company(self.sudo().company_id)
        return gateways.filtered(
            lambda other: other != gateway and f",{other.id}," not in tried
        )

    def _write_outcomes(self, outcomes):
        """Move messages of this batch forward; a report may have been faster."""
        columns = {
            column.name: [getattr(outcome, column.name) for outcome in outcomes]
            for column in dataclasses.fields(Outcome)
        }
        moves = sql_moves_to(SQL("delivery.state"), SQL("said.state"))
        again = SQL("(said.state IS NULL AND delivery.state IN ('sending', 'unknown'))")
        rows = self.env.execute_query(
            SQL(
                """UPDATE sms_delivery AS delivery
                      SET state = CASE WHEN %(moves)s THEN said.state
                                       ELSE delivery.state END,
                          ref = coalesce(nullif(said.ref, ''), delivery.ref),
                          failure_type = CASE WHEN %(moves)s OR %(again)s
                              THEN said.failure_type ELSE delivery.failure_type END,
                          failure_text = CASE WHEN %(moves)s OR %(again)s
                              THEN said.failure_text ELSE delivery.failure_text END,
                          sent_at = CASE WHEN said.state = 'accepted'
                              THEN coalesce(delivery.sent_at, %(now)s)
                              ELSE delivery.sent_at END,
                          failed_at = CASE WHEN %(moves)s AND said.state = 'refused'
                              THEN %(now)s ELSE delivery.failed_at END,
                          gateway_credits = coalesce(said.credits,
                                                     delivery.gateway_credits),
                          waiting = %(again)s,
                          batch_id = CASE WHEN %(again)s THEN NULL
                                          ELSE delivery.batch_id END,
                          tried = CASE WHEN %(again)s THEN said.tried
                                       ELSE delivery.tried END,
                          tries = CASE WHEN %(again)s THEN said.tries
                                       ELSE delivery.tries END,
                          not_before = CASE WHEN %(again)s
                              THEN coalesce(said.not_before, delivery.not_before)
                              ELSE delivery.not_before END,
                          secret_text = CASE WHEN %(again)s
                              THEN delivery.secret_text END
                     FROM unnest(%(uuid)s::varchar[], %(state)s::varchar[],
                                 %(ref)s::varchar[], %(failure_type)s::varchar[],
                                 %(failure_text)s::varchar[], %(tried)s::varchar[],
                                 %(tries)s::int[], %(not_before)s::timestamp[],
                                 %(credits)s::numeric[])
                          AS said(uuid, state, ref, failure_type, failure_text, tried,
                                  tries, not_before, credits)
                    WHERE delivery.uuid = said.uuid
                      AND delivery.batch_id = %(batch)s
                RETURNING delivery.uuid, delivery.native OR delivery.trace_id <> 0""",
                moves=moves,
                again=again,
                now=fields.Datetime.now(),
                batch=self.id,
                **columns,
            )
        )
        deliveries = self.env["sms.delivery"]
        deliveries.invalidate_model(flush=False)
        deliveries._tell_followers([uuid for uuid, followed in rows if followed])
