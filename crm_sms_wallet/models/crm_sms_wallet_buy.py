from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_segments.tools.local_date import local_today


class CrmSmsWallet(models.Model):
    """What managers do with a wallet, and where its pages are."""

    _inherit = "crm.sms.wallet"

    topup_ids = fields.One2many("crm.sms.topup", "wallet_id", readonly=True)
    gateway_ids = fields.Many2many(
        "crm.sms.gateway", compute="_compute_gateway_ids", string="Gateways"
    )
    next_expiry = fields.Date(
        compute="_compute_next_expiry", help="Last day of the credits that end first."
    )

    def _compute_gateway_ids(self):
        for wallet in self:
            wallet.gateway_ids = self.env["crm.sms.gateway"].search(
                [("company_id", "=", wallet.company_id.id)]
            )

    def _compute_next_expiry(self):
        lots = self.env["crm.sms.credit.lot"]._read_group(
            [
                ("wallet_id", "in", self.ids),
                ("remaining", ">", 0),
                ("expires_on", "!=", False),
            ],
            ["wallet_id"],
            ["expires_on:min"],
        )
        days = {wallet.id: day for wallet, day in lots}
        for wallet in self:
            wallet.next_expiry = days.get(wallet.id, False)

    def action_open(self):
        """:return: the wallet of the current company, made when it is missing"""
        self.browse().check_access("read")
        wallet = self._of(self.env.company)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": wallet.id,
            "views": [(False, "form")],
            "name": self.env._("SMS wallet"),
        }

    def action_topup(self):
        """:return: the dialog that asks how much"""
        return self._dialog("crm.sms.topup.start", self.env._("Top up"))

    def action_buy(self):
        """:return: the dialog to buy a package, or to record a purchase"""
        if self.mode == "resold":
            return self._dialog("crm.sms.buy", self.env._("Buy SMS credit"))
        return self._dialog("crm.sms.purchase", self.env._("Record a purchase"))

    def action_adjust(self):
        return self._dialog("crm.sms.adjust", self.env._("Adjust"))

    def action_statement(self):
        return self._dialog("crm.sms.statement", self.env._("Statement"))

    def _dialog(self, model, name):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "name": name,
            "context": {"default_wallet_id": self.id},
        }

    def action_entries(self):
        """:return: the history of this wallet"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_sms_wallet.crm_sms_wallet_entry_action"
        )
        action["domain"] = [("wallet_id", "=", self.id)]
        return action

    def action_topups(self):
        """:return: the top-ups of this wallet"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_sms_wallet.crm_sms_topup_action"
        )
        action["domain"] = [("wallet_id", "=", self.id)]
        return action

    def action_ask_gateways(self):
        """Read the balance of the company's gateways anew."""
        self.ensure_one()
        self.check_access("write")
        for gateway in self.gateway_ids.sudo():
            gateway._read_balance()

    def _buy_package(self, key, package):
        """Buy a package of the seller with the wallet's money.

        :return: the entry
        :raises UserError: not sold to this wallet
        :raises NotEnoughMoney: top up first
        """
        package = package.sudo()
        if (
            self.mode != "resold"
            or package.company_id != self.seller_company_id
            or not package.active
        ):
            raise UserError(self.env._("This package is not sold to your company."))
        return self._purchase(
            *(key, package.credits, package.price, self._last_day(package)),
            source=package,
        )

    def _last_day(self, package):
        if not package.validity_days:
            return None
        today = local_today(self.env, self.company_id)
        return today + timedelta(days=package.validity_days)
