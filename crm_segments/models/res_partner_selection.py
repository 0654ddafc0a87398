from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ResPartner(models.Model):
    """What the user chose in a list before pressing a button above it."""

    _inherit = "res.partner"

    @api.model
    def _get_selected_domain(self):
        """The customers that an action or a button of a list was pressed for: the
        ticked ones, or the whole result of the search, however many they are.

        Everything comes from the client, so search it as the user, never as another.

        :return: Domain on res.partner
        :raise UserError: nothing was chosen
        """
        context = self.env.context
        if context.get("active_model", self._name) == self._name:
            whole = context.get("crm_whole_result")
            # an old answer may still be in the context of a list opened later
            if isinstance(whole, list) and whole == context.get("active_domain"):
                return Domain(whole)
            if ids := context.get("active_ids"):
                # whoever is archived was ticked all the same
                any_state = Domain("active", "in", (True, False))
                return Domain("id", "in", list(ids)) & any_state
        raise UserError(self.env._("Tick some customers first."))
