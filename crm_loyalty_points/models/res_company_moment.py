from odoo import fields, models

from ..tools.local_day import local_moment


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_local_moment(self, moment=None):
        """A moment as the clock in the shop shows it.

        :param moment: naive datetime in UTC, now by default
        :return: naive datetime in the company's time zone for customers
        """
        self.ensure_one()
        return local_moment(self, moment or fields.Datetime.now())
