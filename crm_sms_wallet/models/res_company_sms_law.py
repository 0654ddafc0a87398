from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import sms_links


class ResCompany(models.Model):
    """What the law asks of messages: own domain, registered links, the shop's name."""

    _inherit = "res.company"

    sms_link_domain = fields.Char(
        "Domain of Links in Messages",
        prefetch="sms_law",
        help="The shop's own registered domain, as in https://shop.example. It must "
        "lead to this Odoo. Empty: the address of this Odoo.",
    )

    @api.constrains("sms_link_domain")
    def _check_sms_link_domain(self):
        for company in self.filtered("sms_link_domain"):
            base = company._sms_link_base()
            if sms_links.find_urls(base) != [base] or base.count("/") != 2:
                raise ValidationError(
                    self.env._(
                        "“%(domain)s” is no web address like https://shop.example.",
                        domain=company.sms_link_domain,
                    )
                )

    def _sms_link_base(self):
        """:return: ``https://shop.example``: what links in messages begin with"""
        self.ensure_one()
        base = (self.sudo().sms_link_domain or self.get_base_url()).strip().rstrip("/")
        return base if "://" in base else f"https://{base}"
