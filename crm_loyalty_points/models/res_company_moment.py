from pytz import UTC, timezone

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_local_moment(self, moment=None):
        """A moment as the clock in the shop shows it.

        :param moment: naive datetime in UTC, now by default
        :return: naive datetime in the company's time zone for customers
        """
        self.ensure_one()
        moment = UTC.localize(moment or fields.Datetime.now())
        moment = moment.astimezone(timezone(self.customer_tz or "UTC"))
        return moment.replace(tzinfo=None)
