from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import sms_links


class CrmSmsLink(models.Model):
    """A web address in messages: one row per mailing and address.

    Messages show it as ``<shop's address>/s/<token of the message>/<number>``, so the
    address of the row is all that a tap can lead to: nobody can make the shop's domain
    lead elsewhere.
    """

    _name = "crm.sms.link"
    _description = "Link in Messages"
    _order = "mailing_id desc, number, id"
    _rec_name = "url"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    mailing_id = fields.Many2one(
        "mailing.mailing", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    # what single messages are about: an automation, a customer's page
    res_model = fields.Char("Of Document Type", readonly=True)
    res_id = fields.Integer("Of Document", readonly=True)
    number = fields.Integer(required=True, readonly=True, help="In the message: 1, 2..")
    url = fields.Char("Address", required=True, readonly=True)
    click_ids = fields.One2many("crm.sms.click", "link_id", "Taps", readonly=True)
    click_count = fields.Integer("Taps by People", compute="_compute_click_count")

    _mailing_url_uniq = models.UniqueIndex(
        "(mailing_id, url) WHERE mailing_id IS NOT NULL"
    )
    _mailing_number_uniq = models.UniqueIndex(
        "(mailing_id, number) WHERE mailing_id IS NOT NULL"
    )
    _single_url_uniq = models.UniqueIndex(
        "(company_id, coalesce(res_model, ''), coalesce(res_id, 0), url)"
        " WHERE mailing_id IS NULL"
    )
    _single_number_uniq = models.UniqueIndex(
        "(company_id, coalesce(res_model, ''), coalesce(res_id, 0), number)"
        " WHERE mailing_id IS NULL"
    )

    @api.depends("click_ids.kind")
    def _compute_click_count(self):
        groups = self.env["crm.sms.click"]._read_group(
            [("link_id", "in", self.ids), ("kind", "=", "human")],
            ["link_id"],
            ["__count"],
        )
        counts = {link.id: count for link, count in groups}
        for link in self:
            link.click_count = counts.get(link.id, 0)

    @api.constrains("url")
    def _check_url(self):
        for link in self:
            if sms_links.find_urls(link.url) != [link.url]:
                raise ValidationError(
                    self.env._("“%(url)s” is no web address.", url=link.url)
                )

    @api.model
    def _scope(self, company, mailing=None, res_model=None, res_id=None):
        """:return: domain: the links that are numbered together"""
        if mailing:
            return [("mailing_id", "=", mailing.id)]
        return [
            ("mailing_id", "=", False),
            ("company_id", "=", company.id),
            ("res_model", "=", res_model or False),
            ("res_id", "in", [res_id] if res_id else [0, False]),
        ]

    @api.model
    def _numbers(self, urls, company, mailing=None, res_model=None, res_id=None):
        """Number web addresses, those of a mailing or of a document apart.

        :param urls: what ``tools.sms_links.find_urls`` found
        :return: dict of address to number; rows are made for new ones
        """
        links = self.sudo()
        known = links.search(self._scope(company, mailing, res_model, res_id))
        numbers = {link.url: link.number for link in known}
        last = max(numbers.values(), default=0)
        new = [url for url in dict.fromkeys(urls) if url not in numbers]
        links.create(
            [
                {
                    "company_id": company.id,
                    "mailing_id": mailing and mailing.id,
                    "res_model": not mailing and res_model,
                    "res_id": not mailing and res_id,
                    "number": number,
                    "url": url,
                }
                for number, url in enumerate(new, last + 1)
            ]
        )
        numbers.update({url: n for n, url in enumerate(new, last + 1)})
        return {url: numbers[url] for url in urls}

    @api.model
    def _of_message(self, delivery, number):
        """:return: the link that a tap on the ``number``-th one of a message is for"""
        scope = self._scope(
            delivery.company_id,
            delivery.mailing_id,
            delivery.res_model,
            delivery.res_id,
        )
        return self.sudo().search([*scope, ("number", "=", number)], limit=1)
