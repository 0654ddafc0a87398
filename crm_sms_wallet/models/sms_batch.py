from uuid import uuid4

from odoo import fields, models


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

    uuid = fields.Char(
        required=True, readonly=True, default=lambda self: uuid4().hex, copy=False
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict", index=True
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
    started_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    asked_at = fields.Datetime("Gateway Last Asked", readonly=True)
    settled_at = fields.Datetime(readonly=True)
    delivery_ids = fields.One2many("sms.delivery", "batch_id", "Messages")

    _uuid_uniq = models.UniqueIndex("(uuid)")
    _open_idx = models.Index("(started_at) WHERE state <> 'settled'")

    def _hold_key(self):
        """:return: what the wallet knows the hold of this batch by"""
        self.ensure_one()
        return f"batch:{self.uuid}"
