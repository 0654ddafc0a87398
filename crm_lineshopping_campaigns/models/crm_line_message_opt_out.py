from odoo import api, models
from odoo.tools import SQL

from odoo.addons.crm_lineshopping_connector.tools import line_flex
from odoo.addons.crm_sms_wallet.tools import sms_links

FOOTER = {"th": "ไม่รับข่าวสารทาง LINE", "en": "No more offers on LINE"}


class CrmLineMessage(models.Model):
    """A message whose reader wants no more advertising on LINE."""

    _name = "crm.line.message"
    _inherit = ["crm.line.message", "crm.opt.out.mixin"]

    def _opt_out_purpose(self):
        return "marketing_line"

    def _opt_out_address(self):
        return self.line_user_id.line_name or "LINE"

    def _opt_out_masked(self):
        name = self._opt_out_address()
        return f"LINE {name[:1]}•••"

    def _opt_out(self):
        """End it at once: also for what waits already."""
        result = super()._opt_out()
        self._cancel_unwanted()
        return result

    def _cancel_unwanted(self):
        waiting = self.sudo().search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("purpose", "=", "marketing_line"),
                ("state", "=", "queued"),
            ]
        )
        if waiting:
            waiting._cancel_where(
                SQL("id = ANY(%s)", waiting.ids),
                "consent",
                self.env._("Wants no advertising"),
            )

    @api.model
    def _with_opt_out(self, rows):
        """Advertising of other kinds than campaigns: each with a link of its own."""
        company = self.env.company
        partners = self.env["res.partner"].browse(row["partner_id"] for row in rows)
        langs = {partner.id: partner.lang for partner in partners}
        for row in rows:
            row["token"] = self._new_token()
            foot = self._opt_out_foot(
                langs.get(row["partner_id"]), company._sms_link_base(), row["token"]
            )
            for message in row["content"]:
                if message["type"] == "flex":
                    line_flex.add_foot(message, *foot)
        return rows

    @api.model
    def _opt_out_foot(self, lang, base, token):
        """:return: (text, address) of what stands below advertising"""
        short = "en" if (lang or "").startswith("en") else "th"
        return FOOTER[short], sms_links.opt_out_url(base, token)
