from uuid import uuid4

from odoo import api, fields, models


class SmsDelivery(models.Model):
    """One message to one number, for good: what was said to whom, what became of it
    and what it cost.

    Odoo's own rows are deleted once they are sent; this one stays. It is the history
    of the contact, the ground of refunds and the cost of a campaign. Its state only
    moves forward, see tools/delivery_states.py.
    """

    _name = "sms.delivery"
    _description = "SMS"
    _order = "id desc"
    _rec_name = "number"
    _log_access = False

    uuid = fields.Char(
        "Identifier",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: uuid4().hex,
        help="What the gateway is given, so that it can be asked about the message.",
    )
    token = fields.Char(
        readonly=True, copy=False, help="Names this message in its short links."
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    number = fields.Char(readonly=True, help="In international form: +66...")
    text = fields.Text(
        readonly=True, help="Of a one-time code the digits are not kept."
    )
    secret_text = fields.Text(
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="What is sent in place of the text. Emptied as soon as it has left.",
    )
    purpose = fields.Selection(
        [
            ("service", "Service"),
            ("marketing_sms", "Marketing"),
            ("code", "One-time code"),
        ],
        required=True,
        readonly=True,
        default="service",
    )
    sender = fields.Char("Sender Name", readonly=True)
    parts = fields.Integer(readonly=True)
    encoding = fields.Selection(
        [("gsm", "GSM (160 characters)"), ("ucs2", "Unicode (70 characters)")],
        readonly=True,
    )
    price = fields.Float(
        "Estimated Cost", digits=(16, 6), readonly=True, help="Before it was sent."
    )
    cost = fields.Float(
        digits=(16, 6),
        readonly=True,
        help="What was taken from the wallet and not given back.",
    )
    state = fields.Selection(
        [
            ("draft", "Prepared"),
            ("queued", "Waiting"),
            ("sending", "Being sent"),
            ("unknown", "Not known"),
            ("accepted", "Sent"),
            ("failed", "Not delivered"),
            ("delivered", "Delivered"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        help="Refused: the gateway did not take it, and nothing was charged.\n"
        "Not known: it may have been sent; the gateway is asked.",
    )
    waiting = fields.Boolean(
        readonly=True, help="The next run of the sender may take it."
    )
    gateway_id = fields.Many2one("crm.sms.gateway", readonly=True, ondelete="restrict")
    batch_id = fields.Many2one(
        "sms.batch", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    ref = fields.Char("Identifier of the Gateway", readonly=True)
    settle_key = fields.Char(
        readonly=True, help="The entry of the wallet that paid for it."
    )
    refunded = fields.Boolean(readonly=True)
    failure_type = fields.Char(readonly=True)
    failure_text = fields.Char("Why Not", readonly=True)
    tried = fields.Char(
        "Gateways Tried", readonly=True, help="Those that refused it, as ,1,2,"
    )
    tries = fields.Integer(
        readonly=True, help="How often all gateways have refused it for now."
    )
    gateway_credits = fields.Float(
        "Credits the Gateway Took", digits=(16, 6), readonly=True
    )
    not_before = fields.Datetime(readonly=True)
    queued_at = fields.Datetime(readonly=True)
    sent_at = fields.Datetime(readonly=True)
    delivered_at = fields.Datetime(readonly=True)
    failed_at = fields.Datetime(readonly=True)
    user_id = fields.Many2one(
        "res.users", "Sent By", readonly=True, ondelete="set null"
    )
    mailing_id = fields.Many2one(
        "mailing.mailing",
        "Campaign",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    trace_id = fields.Integer(readonly=True, help="Odoo's own trace of the campaign.")
    retry_of_id = fields.Many2one(
        "sms.delivery",
        "Sent Again Instead Of",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    res_model = fields.Char("Document Type", readonly=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", readonly=True
    )

    # Each message is rewritten twice on its way: no index that is not needed.
    _uuid_uniq = models.UniqueIndex("(uuid)")
    _token_uniq = models.UniqueIndex("(token) WHERE token IS NOT NULL")
    # what the sender takes next
    _waiting_idx = models.Index(
        "(company_id, (CASE purpose WHEN 'code' THEN 0 WHEN 'service' THEN 1 ELSE 2"
        " END), id) WHERE waiting"
    )
    _number_idx = models.Index("(number, company_id)")
    _ref_idx = models.Index("(gateway_id, ref) WHERE ref IS NOT NULL")
    _codes_idx = models.Index("(company_id, queued_at) WHERE purpose = 'code'")

    @api.depends("number", "partner_id")
    def _compute_display_name(self):
        for delivery in self:
            delivery.display_name = delivery.partner_id.name or delivery.number
