from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_local_moment(self, moment=None):
        """A moment as the clock in the shop shows it.

        :param moment: naive datetime in UTC, now by default
        :return: naive datetime in the company's time zone for customers
        """
        self.ensure_one()
        local = self.with_context(tz=self.customer_tz)
        moment = moment or fields.Datetime.now()
        moment = fields.Datetime.context_timestamp(local, moment)
        return moment.replace(tzinfo=None)
