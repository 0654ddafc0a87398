from odoo import models
from odoo.fields import Domain


class CrmSegment(models.Model):
    """What holds for the customers of a segment only."""

    _inherit = "crm.segment"

    def _segment_uses(self):
        uses = super()._segment_uses()
        places = (
            (self.env._("Programme"), "loyalty.program"),
            (self.env._("Earning rule of"), "loyalty.rule"),
            (self.env._("Reward"), "loyalty.reward"),
            (self.env._("Points campaign"), "loyalty.point.campaign"),
        )
        for label, name in places:
            model = self.env[name].sudo().with_context(active_test=False)
            found = model.search(Domain("condition_segment_ids", "in", self.ids))
            # a rule has no page of its own
            shown = found.program_id if name == "loyalty.rule" else found
            uses += [(label, record) for record in shown]
        return uses
