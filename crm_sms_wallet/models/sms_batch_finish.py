import dataclasses
from dataclasses import dataclass
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..tools.delivery_states import TAKEN, moves_to

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
    # what is decided with the row in hand
    id: int = 0
    moves: bool = False
    again: bool = False
    refunded: bool = False
    cost: str | None = None
    settle_key: str | None = None


class SmsBatch(models.Model):
    """What the gateway has answered is written down."""

    _inherit = "sms.batch"

    def _finish(self, results):
        """Write the answers of the gateway: states and costs in one statement, which
        is most of the work of sending.

        :param list results: of ``GatewayApi._send_sms_batch``
        """
        self.ensure_one()
        gateway = self.sudo().gateway_id
        trouble = self._trouble(results)
        if trouble:
            gateway._rest(trouble)
        elif any(result["state"] in ("success", "processing") for result in results):
            gateway._works()
        rows = self._unpaid_rows()
        messages = self._refused_here(results)
        outcomes = [
            self._outcome(result, gateway, trouble, messages.get(result["uuid"]))
            for result in results
            if result["uuid"] in rows
        ]
        taken, open_parts = self._judge(outcomes, rows)
        key, costs = self._pay([rows[o.uuid][2] for o in taken], open_parts)
        for outcome, cost in zip(taken, costs, strict=True):
            outcome.cost, outcome.settle_key = str(cost), key
        self._write_outcomes(outcomes)

    def _judge(self, outcomes, rows):
        """Decide what each message becomes; a report may have been faster.

        :param rows: {uuid: (id, state, parts)}
        :return: ([Outcome to be paid for], credits of those of which nobody knows)
        """
        free, taken, open_parts = self._free_of_charge(), [], 0
        for outcome in outcomes:
            outcome.id, before, parts = rows[outcome.uuid]
            undecided = before in ("sending", "unknown")
            outcome.again = outcome.state is None and undecided
            outcome.moves = bool(outcome.state) and moves_to(before, outcome.state)
            outcome.state = outcome.state if outcome.moves else before
            if outcome.state in TAKEN:
                outcome.refunded = outcome.state in free
                if not outcome.refunded:
                    taken.append(outcome)
            elif outcome.state in ("sending", "unknown") and not outcome.again:
                open_parts += parts
        answered = {outcome.uuid for outcome in outcomes}
        open_parts += sum(
            parts for uuid, (_id, _state, parts) in rows.items() if uuid not in answered
        )
        return taken, open_parts

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
        columns = {
            column.name: [getattr(outcome, column.name) for outcome in outcomes]
            for column in dataclasses.fields(Outcome)
        }
        rows = self.env.execute_query(
            SQL(
                """UPDATE sms_delivery AS delivery
                      SET state = said.state,
                          ref = coalesce(nullif(said.ref, ''), delivery.ref),
                          failure_type = CASE WHEN said.moves OR said.again
                              THEN said.failure_type ELSE delivery.failure_type END,
                          failure_text = CASE WHEN said.moves OR said.again
                              THEN said.failure_text ELSE delivery.failure_text END,
                          sent_at = CASE WHEN said.state = 'accepted'
                              THEN coalesce(delivery.sent_at, %(now)s)
                              ELSE delivery.sent_at END,
                          failed_at = CASE WHEN said.moves AND said.state = 'refused'
                              THEN %(now)s ELSE delivery.failed_at END,
                          cost = said.cost, settle_key = said.settle_key,
                          refunded = said.refunded,
                          gateway_credits = coalesce(said.credits,
                                                     delivery.gateway_credits),
                          waiting = said.again,
                          batch_id = CASE WHEN NOT said.again THEN %(batch)s END,
                          tried = said.tried, tries = said.tries,
                          not_before = coalesce(said.not_before, delivery.not_before),
                          secret_text = CASE WHEN said.again
                              THEN delivery.secret_text END
                     FROM unnest(%(id)s::int[], %(state)s::varchar[],
                                 %(ref)s::varchar[], %(failure_type)s::varchar[],
                                 %(failure_text)s::varchar[], %(tried)s::varchar[],
                                 %(tries)s::int[], %(not_before)s::timestamp[],
                                 %(credits)s::numeric[], %(moves)s::boolean[],
                                 %(again)s::boolean[], %(refunded)s::boolean[],
                                 %(cost)s::numeric[], %(settle_key)s::varchar[])
                          AS said(id, state, ref, failure_type, failure_text, tried,
                                  tries, not_before, credits, moves, again, refunded,
                                  cost, settle_key)
                    WHERE delivery.id = said.id
                RETURNING delivery.uuid, delivery.native OR delivery.trace_id <> 0""",
                now=fields.Datetime.now(),
                batch=self.id,
                **columns,
            )
        )
        deliveries = self.env["sms.delivery"]
        deliveries.invalidate_model(flush=False)
        deliveries._tell_followers([uuid for uuid, followed in rows if followed])
