from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..tools.myshop_api import MyshopApi, MyshopError, MyshopRefused

STATES = [
    ("draft", "Not connected"),
    ("active", "Connected"),
    ("paused", "Paused"),
    ("stopped", "Refused"),
]
# Set by buttons and by the job, not by whoever may write the shop.
KEPT = {"state", "next_pull_at", "cursor_at", "wait_until", "failures", "last_error"}
EDITOR = "crm_segments.crm_segments_group_editor"
# Minutes of rest after the service could not be used, by how often in a row.
RESTS = (1, 2, 5, 10, 30)


class CrmLineshoppingShop(models.Model):
    """Whether the shop is connected, and what happens when it is not any more."""

    _name = "crm.lineshopping.shop"
    _inherit = ["crm.lineshopping.shop", "mail.thread", "mail.activity.mixin"]

    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Is told when LINE SHOPPING refuses the key, and is asked which products "
        "unknown goods are.",
    )
    has_key = fields.Boolean(compute="_compute_has_key", compute_sudo=True)
    webhook_url = fields.Char(
        "Webhook Address",
        compute="_compute_webhook_url",
        groups="base.group_system",
        help="Paste it into OA Plus. Whoever knows it can call it, so keep it.",
    )
    calls_per_second = fields.Integer(
        default=10,
        groups="base.group_system",
        help="LINE SHOPPING allows 50 a second and 1,000 a minute; 10 is plenty.",
    )
    last_pull_at = fields.Datetime("Last Read", readonly=True, copy=False)
    last_error = fields.Char(readonly=True, copy=False)
    last_error_at = fields.Datetime(readonly=True, copy=False)
    failures = fields.Integer(readonly=True, copy=False)
    wait_until = fields.Datetime(
        "Rests Until",
        readonly=True,
        copy=False,
        help="LINE SHOPPING was busy or not to be reached.",
    )

    _calls_check = models.Constraint(
        "CHECK (calls_per_second BETWEEN 1 AND 45)",
        "Between 1 and 45 calls per second, please.",
    )

    @api.depends("api_key")
    def _compute_has_key(self):
        for shop in self:
            shop.has_key = bool(shop.api_key)

    @api.depends("webhook_token")
    def _compute_webhook_url(self):
        for shop in self:
            token = shop.webhook_token or ""
            shop.webhook_url = f"{shop.get_base_url()}/lineshopping/webhook/{token}"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_kept({name: vals[name] for name in vals if vals[name]})
            vals.update(_clean_secrets(vals))
        shops = super().create(vals_list)
        shops.sudo().filtered("api_key")._activate()
        return shops

    def write(self, vals):
        self._check_kept(vals)
        if "company_id" in vals:
            self._check_company_kept(vals["company_id"])
        vals = {**vals, **_clean_secrets(vals)}
        done = super().write(vals)
        if "api_key" in vals:
            shops = self.sudo()
            shops.filtered("api_key")._activate()
            shops.filtered(lambda shop: not shop.api_key).state = "draft"
        return done

    def _check_kept(self, vals):
        kept = {name for name in KEPT & set(vals) if vals[name] != "draft"}
        if kept and not self.env.su:
            raise AccessError(
                self.env._("How far a shop was read is kept by Odoo itself.")
            )

    def _check_company_kept(self, company_id):
        others = self.filtered(lambda shop: shop.company_id.id != company_id)
        orders = self.env["crm.lineshopping.order"].sudo()
        if orders.search_count([("shop_id", "in", others.ids)], limit=1):
            raise ValidationError(
                self.env._("A shop with orders stays with its company.")
            )

    def _activate(self):
        """Read from now on, or go on where reading stopped."""
        for shop in self:
            shop.write(
                {
                    "state": "active",
                    "wait_until": False,
                    "failures": 0,
                    "last_error": False,
                    "last_error_at": False,
                    "cursor_at": shop.cursor_at or shop._now_settled(),
                    "next_pull_at": shop._next_pull(fields.Datetime.now()),
                }
            )
            shop.activity_unlink(["mail.mail_activity_data_warning"])

    # -- buttons -----------------------------------------------------------------------

    def _check_editor(self):
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group(EDITOR):
            raise AccessError(
                self.env._("Only programme editors change how orders come in.")
            )
        if not self.has_key:
            raise UserError(self.env._("An administrator enters the API key first."))

    def action_test(self):
        """Ask LINE SHOPPING for what changed in the last hour."""
        self._check_editor()
        shop = self.sudo()
        now = fields.Datetime.now()
        with shop._api(tries=2) as api:
            try:
                page = api.orders(now - timedelta(hours=1), now)
            except MyshopRefused as error:
                shop._stop(str(error))
                return self._tell(
                    "danger",
                    self.env._("LINE SHOPPING refuses the key: %(error)s", error=error),
                )
            except MyshopError as error:
                return self._tell(
                    "warning",
                    self.env._(
                        "LINE SHOPPING could not be asked: %(error)s", error=error
                    ),
                )
        if shop.state in ("draft", "stopped"):
            shop._activate()
        shop._works()
        return self._tell(
            "success",
            self.env._(
                "The connection works. Orders changed in the last hour: %(count)s.",
                count=page["total"] if page["total"] is not None else len(page["rows"]),
            ),
        )

    def action_pause(self):
        self._check_editor()
        if self.state == "active":
            self.sudo().state = "paused"
        return True

    def action_resume(self):
        self._check_editor()
        if self.state == "paused":
            shop = self.sudo()
            late = shop.next_pull_at and shop.next_pull_at < fields.Datetime.now()
            due = fields.Datetime.now() if late else shop.next_pull_at
            shop.write({"state": "active", "next_pull_at": due, "wait_until": False})
            shop._wake_job()
        return True

    def _tell(self, kind, text):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": text,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -- the service -------------------------------------------------------------------

    def _api(self, **options):
        """:return: context manager with a MyshopApi, whose calls need no database"""
        self.ensure_one()
        shop = self.sudo()
        return MyshopApi(shop.api_url, shop.api_key, shop.calls_per_second, **options)

    def _stop(self, reason):
        """The key is refused: nothing is asked any more until there is a new one, and
        somebody is told."""
        self.ensure_one()
        if self.state == "stopped":
            return
        self.write(
            {
                "state": "stopped",
                "last_error": reason[:200],
                "last_error_at": fields.Datetime.now(),
            }
        )
        user = self.user_id.filtered("active") or self.env.ref("base.user_admin")
        shop = self.with_context(lang=user.lang, mail_activity_quick_update=True)
        shop.activity_schedule(
            "mail.mail_activity_data_warning",
            user_id=user.id,
            summary=shop.env._(
                "LINE SHOPPING refuses the key of %(shop)s", shop=self.name
            ),
            note=shop.env._(
                "No orders come in. An administrator makes a new key in OA Plus "
                "(Settings, API keys) and enters it at the shop."
            ),
        )

    def _rest(self, reason):
        """The service cannot be used now: longer and longer pauses."""
        self.ensure_one()
        now = fields.Datetime.now()
        minutes = RESTS[min(self.failures, len(RESTS) - 1)]
        self.write(
            {
                "failures": self.failures + 1,
                "wait_until": now + timedelta(minutes=minutes),
                "last_error": reason[:200],
                "last_error_at": now,
            }
        )

    def _works(self):
        self.ensure_one()
        if self.failures or self.wait_until or self.last_error:
            self.write({"failures": 0, "wait_until": False, "last_error": False})


def _clean_secrets(vals):
    """Keys are pasted, with a space or a line break at their end now and then."""
    return {
        name: vals[name].strip()
        for name in ("api_key", "webhook_secret")
        if isinstance(vals.get(name), str)
    }
