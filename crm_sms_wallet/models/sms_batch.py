from uuid import uuid4

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_segments.tools import session_lock

from ..tools.delivery_states import TAKEN

# Of the advisory locks: this table.
LOCK_SPACE = 1936548194


class SmsBatch(models.Model):
    """Messages of one company that go to one gateway together, and the credits held
    for them.

    The hold and the state of its messages are committed before anything is sent: what
    a crash leaves behind is a batch in state `held`, and the gateway is asked.
    """

    _name = "sms.batch"
    _description = "Messages Sent Together"
    _order = "id desc"
    _rec_name = "uuid"
    _log_access = False

    uuid = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    gateway_id = fields.Many2one(
        "crm.sms.gateway", readonly=True, ondelete="restrict", index=True
    )
    state = fields.Selection(
        [("held", "Being sent"), ("sent", "Answers missing"), ("settled", "Settled")],
        required=True,
        readonly=True,
        default="held",
    )
    messages = fields.Integer("Number of Messages", readonly=True)
    credits = fields.Integer("Credits Held at First", readonly=True)
    open_credits = fields.Integer("Credits Still Held", readonly=True)
    steps = fields.Integer(
        readonly=True, help="How often the wallet was written for this batch."
    )
    started_at = fields.Datetime(readonly=True)
    asked_at = fields.Datetime("Gateway Last Asked", readonly=True)
    settled_at = fields.Datetime(readonly=True)
    delivery_ids = fields.One2many("sms.delivery", "batch_id", "Messages")

    _uuid_uniq = models.UniqueIndex("(uuid)")
    _started_idx = models.Index("(company_id, started_at)")
    _open_idx = models.Index("(started_at) WHERE state <> 'settled'")

    @api.model
    def _new_uuid(self):
        return uuid4().hex

    def _hold_key(self):
        """:return: what the wallet knows the hold of this batch by"""
        self.ensure_one()
        return f"batch:{self.uuid}"

    @api.model
    def _open(self, company, gateway, rows):
        """A new batch; its messages are marked as being sent.

        :param rows: Row of locked messages
        :return: the batch (superuser)
        """
        credits = sum(row.parts for row in rows)
        now = fields.Datetime.now()
        ((batch_id,),) = self.env.execute_query(
            SQL(
                """INSERT INTO sms_batch (uuid, company_id, gateway_id, state, messages,
                          credits, open_credits, steps, started_at)
                   VALUES (%s, %s, %s, 'held', %s, %s, %s, 0, %s) RETURNING id""",
                *(self._new_uuid(), company.id, gateway.id, len(rows)),
                *(credits, credits, now),
            )
        )
        self.env.cr.execute(
            SQL(
                """UPDATE sms_delivery
                      SET batch_id = %s, gateway_id = %s, waiting = FALSE,
                          state = CASE state WHEN 'queued' THEN 'sending'
                                             ELSE state END
                    WHERE id = ANY(%s)""",
                batch_id,
                gateway.id,
                [row.id for row in rows],
            )
        )
        self.env["sms.delivery"].invalidate_model(flush=False)
        return self.sudo().browse(batch_id)

    # -- who is at work ----------------------------------------------------------------

    def _lock(self):
        """Show that this process is sending the batch: until it says otherwise or its
        connection ends, though no transaction is open meanwhile."""
        session_lock.take(self.env.cr, (LOCK_SPACE, self.id))

    def _try_lock(self):
        """:return: whether nobody is sending the batch; then it is this one's"""
        return session_lock.try_take(self.env.cr, (LOCK_SPACE, self.id))

    def _unlock(self):
        session_lock.give_back(self.env.cr, (LOCK_SPACE, self.id))

    # -- money -------------------------------------------------------------------------

    def _close(self):
        """Settle what the gateway has taken, release what it has not; what nobody
        knows yet stays held. May be called at any time, any number of times.
        """
        self.ensure_one()
        rows = self._unpaid_rows().values()
        free = self._free_of_charge()
        self._note_free([id_ for id_, state, _parts in rows if state in free])
        taken = [row for row in rows if row[1] in TAKEN and row[1] not in free]
        open_parts = sum(row[2] for row in rows if row[1] in ("sending", "unknown"))
        key, costs = self._pay([parts for _id, _state, parts in taken], open_parts)
        if taken:
            self._note_costs([row[0] for row in taken], costs, key)

    def _unpaid_rows(self):
        """:return: {uuid: (id, state, parts)} of the messages that were not paid for,
        locked, in their order"""
        rows = self.env.execute_query(
            SQL(
                """SELECT uuid, id, state, parts FROM sms_delivery
                    WHERE batch_id = %s AND settle_key IS NULL
                      AND refunded IS NOT TRUE
                    ORDER BY id FOR UPDATE""",
                self.id,
            )
        )
        return {uuid: values for uuid, *values in rows}

    def _free_of_charge(self):
        """:return: states that this gateway takes no money for"""
        on_delivery = self.sudo().gateway_id.charged_on == "delivered"
        return ("failed",) if on_delivery else ()

    def _note_free(self, ids):
        if ids:
            self.env.cr.execute(
                SQL(
                    "UPDATE sms_delivery SET refunded = TRUE, cost = 0"
                    " WHERE id = ANY(%s)",
                    ids,
                )
            )

    def _pay(self, parts, open_parts):
        """Settle some messages of this batch and release the rest of its hold.

        :param parts: credits of each message that the gateway has taken
        :param int open_parts: credits that stay held
        :return: (key of the settlement, [cost per message])
        """
        self.env.cr.execute(
            SQL(
                "SELECT open_credits, steps FROM sms_batch WHERE id = %s FOR UPDATE",
                self.id,
            )
        )
        open_credits, steps = self.env.cr.fetchone()
        wallet = self.env["crm.sms.wallet"]._of(self.sudo().company_id)
        source = {"source_model": self._name, "source_id": self.id}
        hold, steps = self._hold_key(), steps + 1
        key, costs = f"{hold}:settle:{steps}", []
        if parts:
            _entry, costs = wallet._settle(key, hold, parts, **source)
        left = open_credits - sum(parts) - open_parts
        if left > 0:
            wallet._release(f"{hold}:release:{steps}", hold, left, **source)
        self._note_paid(open_parts, steps)
        return key, costs

    def _note_costs(self, ids, costs, key):
        self.env.cr.execute(
            SQL(
                """UPDATE sms_delivery AS delivery
                      SET cost = paid.cost, settle_key = %s
                     FROM unnest(%s, %s::numeric[]) AS paid(id, cost)
                    WHERE delivery.id = paid.id""",
                key,
                ids,
                [str(cost) for cost in costs],
            )
        )
        self.env["sms.delivery"].invalidate_model(flush=False)

    def _note_paid(self, open_credits, steps):
        state = "sent" if open_credits else "settled"
        self.env.cr.execute(
            SQL(
                """UPDATE sms_batch SET open_credits = %s, steps = %s, state = %s,
                          settled_at = %s WHERE id = %s""",
                *(open_credits, steps, state),
                *(None if open_credits else fields.Datetime.now(), self.id),
            )
        )
        self.invalidate_recordset()
