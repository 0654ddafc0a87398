from datetime import timedelta

from odoo import api, fields, models

KINDS = [
    ("schedule", "By schedule"),
    ("now", "On demand"),
    ("since", "Older orders"),
    ("check", "Nightly check"),
]
# What comes first when several are under way.
FIRST = ("schedule", "now", "check", "since")
KEPT_DAYS = 90
KEPT_EMPTY_DAYS = 7


class CrmLineshoppingPull(models.Model):
    """One reading of what changed at a shop in a span of time, and the log of it.

    It goes on where it stopped, however it was stopped: `cursor_at` only moves past
    what was read and stored as a whole.
    """

    _name = "crm.lineshopping.pull"
    _description = "Reading of LINE SHOPPING Orders"
    _order = "id desc"
    _rec_name = "shop_id"
    _log_access = False

    shop_id = fields.Many2one(
        "crm.lineshopping.shop", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shop_id.company_id", store=True, index=True)
    kind = fields.Selection(KINDS, "Why", required=True, readonly=True)
    state = fields.Selection(
        [("running", "Running"), ("done", "Done"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        default="running",
    )
    user_id = fields.Many2one(
        "res.users", "Started By", readonly=True, ondelete="set null"
    )
    start_at = fields.Datetime("Changes From", required=True, readonly=True)
    end_at = fields.Datetime("Changes Until", required=True, readonly=True)
    cursor_at = fields.Datetime("Read Up To", required=True, readonly=True)
    started_at = fields.Datetime(
        "Started", required=True, readonly=True, default=fields.Datetime.now
    )
    finished_at = fields.Datetime("Finished", readonly=True)
    listed_count = fields.Integer("Listed", readonly=True)
    read_count = fields.Integer("Read", readonly=True, help="With their goods.")
    changed_count = fields.Integer("New or Changed", readonly=True)
    trouble_count = fields.Integer("Troubles", readonly=True)
    missing_count = fields.Integer(
        "Not Listed", readonly=True, help="Counted by the service, but not listed."
    )
    call_count = fields.Integer("Calls", readonly=True)
    check_total = fields.Integer(readonly=True)
    check_done = fields.Integer(readonly=True)
    error = fields.Char(readonly=True)
    progress = fields.Float(compute="_compute_progress", help="Percent.")

    _running_idx = models.Index("(shop_id, id) WHERE state = 'running'")
    _shop_idx = models.Index("(shop_id, id)")

    @api.depends("state", "cursor_at", "check_done", "check_total")
    def _compute_progress(self):
        for pull in self:
            span = (pull.end_at - pull.start_at).total_seconds()
            read = (pull.cursor_at - pull.start_at).total_seconds()
            share = read / span if span > 0 else 1.0
            if pull.kind == "check":
                left = pull.check_done / pull.check_total if pull.check_total else 0.0
                share = 0.2 * share + 0.8 * left
            most = 100.0 if pull.state == "done" else 99.0
            pull.progress = 100.0 if pull.state == "done" else min(100 * share, most)

    def action_cancel(self):
        """Stop; what is read stays, and regular readings go on."""
        for pull in self:
            pull.shop_id._check_editor()
            pull.sudo()._cancel()
        return True

    def _cancel(self):
        self.filtered(lambda pull: pull.state == "running").write(
            {"state": "cancelled", "finished_at": fields.Datetime.now()}
        )

    def _finish(self):
        self.ensure_one()
        self.write(
            {"state": "done", "finished_at": fields.Datetime.now(), "error": False}
        )
        self.shop_id.last_pull_at = fields.Datetime.now()

    @api.autovacuum
    def _gc_pulls(self):
        now = fields.Datetime.now()
        old = [("finished_at", "<", now - timedelta(days=KEPT_DAYS))]
        empty = [
            ("finished_at", "<", now - timedelta(days=KEPT_EMPTY_DAYS)),
            ("changed_count", "=", 0),
            ("trouble_count", "=", 0),
        ]
        self.sudo().search(old, limit=10000).unlink()
        self.sudo().search(empty, limit=10000).unlink()
