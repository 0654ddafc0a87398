import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class CrmShop(models.Model):
    """What members see of a company: its name and the pages made for them.

    One for each company that has a member page. Extensions add the look, the ways to
    reach the shop, the texts of its terms and the questions of its sign-up form.
    """

    _name = "crm.shop"
    _description = "Shop Account"
    _order = "company_id, id"
    _check_company_auto = True

    name = fields.Char(
        "Shop Name",
        translate=True,
        required=True,
        default=lambda self: self.env.company.name,
        help="As members know the shop.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    slug = fields.Char(
        "Page Address",
        required=True,
        copy=False,
        default=lambda self: self._default_slug(),
        help="The last part of the address of the member page: small letters, digits "
        "and hyphens. Links and posters that are out in the world stop working when "
        "it changes.",
    )
    program_id = fields.Many2one(
        "loyalty.program",
        "Points Programme",
        check_company=True,
        domain="[('program_type', '=', 'loyalty'), "
        "('company_id', 'in', (False, company_id))]",
        help="Whose card the member page shows, and which visitors join by signing up.",
    )
    member_page_url = fields.Char(compute="_compute_member_page_url")
    active = fields.Boolean(
        default=True, help="Not ticked: the pages of the shop answer “not found”."
    )

    _company_uniq = models.UniqueIndex(
        "(company_id)", "This company has a shop account already, perhaps archived."
    )
    _slug_uniq = models.UniqueIndex(
        "(slug)", "Another shop has this page address already."
    )

    @api.model
    def _default_slug(self):
        """:return: an address made of the company's name that no shop has"""
        name = self.env["ir.http"]._slugify(self.env.company.name or "")
        base = name if SLUG.fullmatch(name) else "shop"
        taken = self.sudo().with_context(active_test=False)
        if not taken.search_count([("slug", "=", base)], limit=1):
            return base
        return f"{base}-{self.env.company.id}"

    @api.depends("slug")
    def _compute_member_page_url(self):
        for shop in self:
            shop.member_page_url = shop.slug and shop._get_url()

    @api.constrains("slug")
    def _check_slug(self):
        for shop in self:
            if not SLUG.fullmatch(shop.slug or ""):
                raise ValidationError(
                    self.env._(
                        "“%(slug)s” cannot be a page address: use small letters a-z, "
                        "digits, and hyphens between them.",
                        slug=shop.slug,
                    )
                )

    @api.constrains("program_id")
    def _check_program(self):
        for shop in self:
            program = shop.program_id
            if program and program.program_type != "loyalty":
                raise ValidationError(
                    self.env._(
                        "%(program)s is no programme of points.", program=program.name
                    )
                )

    @api.model
    def _of_company(self, company=None):
        """:param company: default the current one
        :return: the shop account of a company (superuser), empty if it has none"""
        company = company or self.env.company
        return self.sudo().search([("company_id", "=", company.id)], limit=1)

    @api.model
    def _by_slug(self, slug):
        """:return: the shop of a page address (superuser, in its company), empty if
        there is none or its pages are switched off"""
        shop = self.sudo().search_fetch([("slug", "=", slug)], limit=1)
        return shop.with_company(shop.company_id) if shop else shop

    def _get_url(self, path=""):
        """:param str path: of a page below the member page, without a leading slash
        :return: full address of a page of the shop"""
        self.ensure_one()
        return f"{self.get_base_url()}{self._get_path(path)}"

    def _get_path(self, path=""):
        """:param str path: see `_get_url`
        :return: address of a page of the shop below the host's name"""
        home = f"/member/{self.slug}"
        return f"{home}/{path}" if path else home

    def _get_program(self):
        """:return: loyalty.program (superuser) whose card the pages show: the chosen
        one, else the only one of the company; empty if neither"""
        self.ensure_one()
        if self.program_id:
            return self.program_id
        programs = self.env["loyalty.program"].sudo()
        company = self.company_id
        programs = programs.search(
            [
                ("program_type", "=", "loyalty"),
                ("company_id", "in", [False, *company.parent_ids.ids]),
            ],
            limit=2,
        )
        return programs if len(programs) == 1 else programs.browse()

    def _get_member_card(self, partner):
        """:return: loyalty.card (superuser) of a customer in the shop's programme,
        empty if there is none"""
        self.ensure_one()
        cards = self.env["loyalty.card"]
        program = self._get_program()
        if not program or not partner:
            return cards.sudo()
        return cards._cards_of_customers(partner, program).sudo()

    def _get_style(self):
        """The look of the pages, for the layout.

        :return: dict of CSS custom properties (without ``--``) to their values
        """
        self.ensure_one()
        return {"shop-main": "#6b3fa0", "shop-on-main": "#ffffff"}
