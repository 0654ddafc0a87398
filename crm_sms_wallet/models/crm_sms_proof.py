from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools import wallet_proof

KEPT_RUNS = 100


class CrmSmsProof(models.Model):
    """One run of the nightly proof: every balance against the entries. It reports and
    corrects nothing; an administrator may count again, which is noted as well."""

    _name = "crm.sms.proof"
    _description = "Proof of the SMS Wallets"
    _order = "id desc"
    _rec_name = "proved_at"

    proved_at = fields.Datetime(readonly=True, required=True)
    wallets = fields.Integer(readonly=True)
    entries = fields.Integer(readonly=True)
    state = fields.Selection(
        [("proven", "Proven"), ("differs", "Differences"), ("rebuilt", "Counted anew")],
        readonly=True,
        required=True,
    )
    finding_ids = fields.One2many("crm.sms.proof.finding", "proof_id", readonly=True)

    @api.model
    def _cron_prove(self):
        """Prove the wallets of the whole database and tell administrators."""
        self.sudo()._prove()
        old = self.sudo().search([("state", "=", "proven")], offset=KEPT_RUNS)
        old.unlink()

    def _prove(self, state=None):
        """:return: the run"""
        found = wallet_proof.check(self.env)
        run = self.create(
            {
                "proved_at": fields.Datetime.now(),
                "wallets": self.env["crm.sms.wallet"].search_count([]),
                "entries": self.env["crm.sms.wallet.entry"].search_count([]),
                "state": state or ("differs" if found else "proven"),
                "finding_ids": [(0, 0, row) for row in found],
            }
        )
        if found:
            run._tell_administrators()
        return run

    def _tell_administrators(self):
        system = self.env.ref("base.group_system").sudo()
        for user in system.all_user_ids.filtered("active"):
            self.env["mail.thread"].with_context(lang=user.lang).message_notify(
                partner_ids=user.partner_id.ids,
                subject=self.env._("The SMS wallet does not add up"),
                body=self.env._(
                    "%(count)s differences were found between the balances and the "
                    "entries. Nothing was corrected. See Configuration, SMS, Proofs.",
                    count=len(self.finding_ids),
                ),
            )

    def action_prove(self):
        """Prove now. :return: the run"""
        self.browse().check_access("read")
        return self.sudo()._prove()._show()

    def action_rebuild(self):
        """Count the balances anew from the entries, and prove."""
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only administrators may do this."))
        wallet_proof.rebuild(self.env)
        return self.sudo()._prove("rebuilt")._show()

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }


class CrmSmsProofFinding(models.Model):
    _name = "crm.sms.proof.finding"
    _description = "Difference in an SMS Wallet"
    _order = "id"

    proof_id = fields.Many2one(
        "crm.sms.proof", required=True, readonly=True, ondelete="cascade", index=True
    )
    check = fields.Char(readonly=True, required=True)
    company_id = fields.Many2one("res.company", readonly=True, ondelete="set null")
    entry_id = fields.Many2one("crm.sms.wallet.entry", readonly=True)
    expected = fields.Char(readonly=True)
    found = fields.Char(readonly=True)
