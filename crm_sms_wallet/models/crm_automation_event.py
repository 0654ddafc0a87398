from odoo import api, fields, models
from odoo.tools import SQL


class CrmAutomationEvent(models.Model):
    """One event of one customer, for one automation: told once, or not at all.

    The row is written and the message queued in one transaction, so a crash leaves
    both or none.
    """

    _name = "crm.automation.event"
    _inherit = ["crm.opt.out.mixin"]
    _description = "Event of an Automatic Message"
    _order = "due_at desc, id desc"
    _log_access = False

    automation_id = fields.Many2one(
        "crm.automation", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    event_key = fields.Char("Event", required=True, readonly=True)
    happened_at = fields.Datetime("Happened", required=True, readonly=True)
    due_at = fields.Datetime("Due", required=True, readonly=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("sent", "Sent"), ("skipped", "Not sent")],
        required=True,
        readonly=True,
        default="waiting",
    )
    reason = fields.Selection(
        [
            ("consent", "Did not agree"),
            ("stopped", "Wants no advertising"),
            ("address", "No number or address"),
            ("late", "Too late"),
            ("off", "Switched off"),
        ],
        "Why Not",
        readonly=True,
    )
    handled_at = fields.Datetime("Handled", readonly=True)
    delivery_id = fields.Many2one(
        "sms.delivery", "Message", readonly=True, ondelete="set null"
    )
    # of e-mails; an SMS has the same one
    token = fields.Char(readonly=True, copy=False)

    _once = models.UniqueIndex("(automation_id, partner_id, event_key)")
    _waiting_idx = models.Index("(automation_id, due_at) WHERE state = 'waiting'")
    _token_uniq = models.UniqueIndex("(token) WHERE token IS NOT NULL")

    @api.depends("partner_id", "event_key")
    def _compute_display_name(self):
        for event in self:
            event.display_name = f"{event.partner_id.name} · {event.event_key}"

    @api.model
    def _note(self, automation, since, until):
        """Note what happened, by one statement: what is known already stays as it is.

        :param since, until: naive UTC: when the messages are due
        :return: number of new events
        """
        delay = automation._delay()
        rows = self.env["crm.moment"]._rows(
            automation.moment, automation.company_id, since - delay, until - delay
        )
        self.env.cr.execute(
            SQL(
                """INSERT INTO crm_automation_event (automation_id, company_id,
                          partner_id, event_key, happened_at, due_at, state)
                   SELECT %s, %s, partner_id, event_key, happened_at,
                          happened_at + %s, 'waiting'
                     FROM (%s) AS happened
                 ORDER BY happened_at, partner_id
                       ON CONFLICT (automation_id, partner_id, event_key) DO NOTHING""",
                automation.id,
                automation.company_id.id,
                delay,
                rows,
            )
        )
        return self.env.cr.rowcount

    @api.model
    def _take(self, automation, until, limit):
        """:return: events that are due, locked; those that somebody else handles right
        now are left out"""
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM crm_automation_event
                    WHERE automation_id = %s AND state = 'waiting' AND due_at <= %s
                 ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED""",
                automation.id,
                until,
                limit,
            )
        )
        return self.browse(id_ for (id_,) in rows)

    def _skip(self, reason):
        """:param str reason: key of ``reason``"""
        self.write(
            {
                "state": "skipped",
                "reason": reason,
                "handled_at": fields.Datetime.now(),
            }
        )

    # -- opt-out from e-mails ----------------------------------------------------------

    @api.model
    def _opt_out_domain(self):
        return [("state", "=", "sent")]

    def _opt_out_purpose(self):
        return f"marketing_{self.automation_id.channel}"

    def _opt_out_address(self):
        return self.partner_id.email

    def _opt_out_masked(self):
        name, _at, host = (self._opt_out_address() or "").partition("@")
        return f"{name[:1]}•••@{host}"
