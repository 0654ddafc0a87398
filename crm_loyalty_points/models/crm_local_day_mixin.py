from odoo import api, models


class CrmLocalDayMixin(models.AbstractModel):
    """Records whose days are those of the shop: "today" in a filter is the shop's, too.

    Odoo takes the day where the user is, and UTC for one without a time zone: until
    seven in the morning the visits of today would be those of yesterday.
    """

    _name = "crm.local.day.mixin"
    _description = "Days of the Shop in Filters"

    @api.model
    def _search(self, domain, *args, **kwargs):
        zone = self.env.company.sudo().customer_tz
        here = self.with_context(tz=zone)
        return super(CrmLocalDayMixin, here)._search(domain, *args, **kwargs)
