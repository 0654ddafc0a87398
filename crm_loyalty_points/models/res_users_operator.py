from odoo import models

COUNTER = "crm_loyalty_points.crm_group_counter"


class ResUsers(models.Model):
    _inherit = "res.users"

    def _crm_operator_name(self):
        """The name that ledgers keep of whoever does something.

        Members who act for themselves (a web shop, the member page) are not named:
        a ledger holds nothing personal of theirs, since it is never erased. The id of
        the user, kept beside the name, leads to them for as long as they are known.

        :return: text, never empty
        """
        self.ensure_one()
        user = self.sudo()
        if user.share and not user._is_public() and not user.has_group(COUNTER):
            return self.env._("Member")
        return user.name or user.login
