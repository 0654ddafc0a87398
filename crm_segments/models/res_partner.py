from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import person_name
from ..tools.local_date import age_on, birthday_before, local_today

# Beyond these a figure is a slip of the finger (metres for centimetres, grams).
MAX_WEIGHT_KG = 700
MAX_HEIGHT_CM = 280
FIRST_BIRTH_YEAR = 1900
BUDDHIST_ERA = 543


class ResPartner(models.Model):
    _inherit = "res.partner"

    first_name = fields.Char(
        compute="_compute_person_name",
        inverse="_inverse_person_name",
        store=True,
        precompute=True,
        readonly=False,
        help="Of a person. The name is made of first name and last name.",
        prefetch="profile",
    )
    last_name = fields.Char(
        compute="_compute_person_name",
        inverse="_inverse_person_name",
        store=True,
        precompute=True,
        readonly=False,
        prefetch="profile",
    )
    nickname = fields.Char(
        help="How the customer likes to be called.", prefetch="profile"
    )
    gender = fields.Selection(
        [("female", "Female"), ("male", "Male"), ("other", "Other")],
        prefetch="profile",
    )
    birthdate = fields.Date(
        string="Birthday", index="btree_not_null", prefetch="profile"
    )
    age = fields.Integer(
        compute="_compute_age",
        search="_search_age",
        aggregator=None,
        help="Full years today, in the time zone of the company.",
    )
    birth_month = fields.Selection(
        [
            ("01", "January"),
            ("02", "February"),
            ("03", "March"),
            ("04", "April"),
            ("05", "May"),
            ("06", "June"),
            ("07", "July"),
            ("08", "August"),
            ("09", "September"),
            ("10", "October"),
            ("11", "November"),
            ("12", "December"),
        ],
        compute="_compute_birth_month",
        store=True,
        precompute=True,
        index="btree_not_null",
        prefetch="profile",
    )
    weight = fields.Float(
        string="Weight (kg)", digits=(6, 2), aggregator="avg", prefetch="profile"
    )
    height = fields.Float(
        string="Height (cm)", digits=(6, 2), aggregator="avg", prefetch="profile"
    )
    residence_type = fields.Selection(
        [
            ("detached_house", "Detached house"),
            ("shophouse", "Shophouse"),
            ("townhouse", "Townhouse"),
            ("flat", "Flat or apartment"),
            ("condominium", "Condominium"),
            ("cooperative", "Co-operative or mobile home"),
        ],
        prefetch="profile",
    )
    customer_group_id = fields.Many2one(
        "crm.customer.group",
        index="btree_not_null",
        ondelete="restrict",
        help="The kind of customer the shop decides on: retail, wholesale...",
        prefetch="profile",
    )
    acquisition_source_id = fields.Many2one(
        "utm.source",
        index="btree_not_null",
        help="Where this customer first heard of the shop.",
        prefetch="profile",
    )

    @api.depends("name", "is_company")
    def _compute_person_name(self):
        for partner in self:
            first, last = partner.first_name, partner.last_name
            if partner.is_company:
                first = last = ""
            elif person_name.compose_name(first, last) != person_name.clean_name(
                partner.name
            ):
                first, last = person_name.split_name(partner.name)
            partner.first_name = first or False
            partner.last_name = last or False

    def _inverse_person_name(self):
        for partner in self:
            if partner.is_company:
                if partner.first_name or partner.last_name:
                    partner.update({"first_name": False, "last_name": False})
                continue
            name = partner._name_from_parts()
            if name and name != person_name.clean_name(partner.name):
                partner.name = name

    @api.depends("birthdate")
    @api.depends_context("company")
    def _compute_age(self):
        today = local_today(self.env)
        for partner in self:
            partner.age = partner.birthdate and age_on(partner.birthdate, today)

    @api.model
    def _search_age(self, operator, value):
        today = local_today(self.env)

        def at_least(years):
            latest = birthday_before(today, years)
            return Domain("birthdate", "<=", latest) if latest else Domain.FALSE

        def exactly(years):
            if years is False or years is None:
                return Domain("birthdate", "=", False)
            return at_least(years) & ~at_least(years + 1)

        known = Domain("birthdate", "!=", False)
        if operator == "in":
            return Domain.OR(exactly(years) for years in value)
        if operator == ">=":
            return known & at_least(value)
        if operator == ">":
            return known & at_least(value + 1)
        if operator == "<":
            return known & ~at_least(value)
        if operator == "<=":
            return known & ~at_least(value + 1)
        return NotImplemented

    @api.depends("birthdate")
    def _compute_birth_month(self):
        for partner in self:
            partner.birth_month = partner.birthdate and f"{partner.birthdate:%m}"

    @api.constrains("birthdate")
    def _check_birthdate(self):
        today = local_today(self.env)
        for partner in self:
            birthdate = partner.birthdate
            if birthdate and birthdate > today:
                raise ValidationError(partner._birthdate_error(birthdate))
            if birthdate and birthdate.year < FIRST_BIRTH_YEAR:
                raise ValidationError(
                    self.env._(
                        "The birthday of %(name)s, %(date)s, is too long ago.",
                        name=partner.display_name,
                        date=birthdate,
                    )
                )

    def _birthdate_error(self, birthdate):
        """:return: what to tell the user who entered a birthday in the future"""
        if birthdate.year - BUDDHIST_ERA >= FIRST_BIRTH_YEAR:
            return self.env._(
                "The birthday of %(name)s lies in the future. If %(year)s is a year "
                "of the Buddhist era, enter %(christian)s.",
                name=self.display_name,
                year=birthdate.year,
                christian=birthdate.year - BUDDHIST_ERA,
            )
        return self.env._(
            "The birthday of %(name)s, %(date)s, lies in the future.",
            name=self.display_name,
            date=birthdate,
        )

    @api.constrains("weight", "height")
    def _check_body(self):
        for partner in self:
            if not 0 <= partner.weight <= MAX_WEIGHT_KG:
                raise ValidationError(
                    self.env._(
                        "Weight is in kilograms, from 0 to %(maximum)s: %(value)s "
                        "cannot be right.",
                        maximum=MAX_WEIGHT_KG,
                        value=partner.weight,
                    )
                )
            if not 0 <= partner.height <= MAX_HEIGHT_CM:
                raise ValidationError(
                    self.env._(
                        "Height is in centimetres, from 0 to %(maximum)s: %(value)s "
                        "cannot be right.",
                        maximum=MAX_HEIGHT_CM,
                        value=partner.height,
                    )
                )

    @api.onchange("first_name", "last_name")
    def _onchange_person_name(self):
        if not self.is_company and (name := self._name_from_parts(check=False)):
            self.name = name

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            self._prepare_person_name(vals)
        return super().create(vals_list)

    def write(self, vals):
        if "first_name" in vals or "last_name" in vals:
            vals = dict(vals)
            if vals.get("name") and not self._given_name_parts(vals):
                vals.pop("first_name", None)
                vals.pop("last_name", None)
            vals.update(self._missing_name_part(vals))
        named_by_phone = self._named_by_phone() if "phone" in vals else self.browse()
        result = super().write(vals)
        if vals.get("phone") and named_by_phone and not vals.get("name"):
            # first or last name, written with the phone, has replaced it already
            renamed = named_by_phone.filtered(lambda p: not p.first_name)
            renamed.write({"name": vals["phone"]})
        return result

    def _prepare_person_name(self, vals):
        """Complete the name in the values of a new partner, in place.

        A name in one piece may come with one of its parts; parts may come without
        a name; and somebody of whom only the phone number is known is called by it.
        """
        is_company = vals.get("is_company", self.env.context.get("default_is_company"))
        if is_company or vals.get("company_type") == "company":
            vals.update(first_name=False, last_name=False)
        elif vals.get("name"):
            given = self._given_name_parts(vals)
            for fname in {"first_name", "last_name"} - given.keys():
                vals.pop(fname, None)
            vals.update(self._missing_name_part(vals))
        parts = vals.get("first_name"), vals.get("last_name")
        if any(parts):
            vals["name"] = person_name.compose_name(*parts)
        elif not vals.get("name") and self._is_contact(vals):
            name = vals.get("nickname") or vals.get("phone")
            if name:
                vals["name"] = name

    @api.model
    def _is_contact(self, vals):
        """:return: whether the new partner is a person or company of its own, which
        needs a name, and not an address of another one"""
        default = self.env.context.get("default_type") or "contact"
        return vals.get("type", default) == "contact"

    @api.model
    def _given_name_parts(self, vals):
        """:return: the parts of the name that have a text; a file with a column for
        each part brings empty ones for people whose name is in one piece"""
        parts = {fname: vals.get(fname) for fname in ("first_name", "last_name")}
        return {fname: part for fname, part in parts.items() if part}

    @api.model
    def _missing_name_part(self, vals):
        parts = {
            fname: vals[fname] for fname in ("first_name", "last_name") if fname in vals
        }
        return person_name.complete_parts(vals.get("name"), parts)

    def _named_by_phone(self):
        """:return: the partners whose name is just their phone number"""
        return self.filtered(
            lambda partner: (
                partner.phone
                and partner.name
                and not person_name.is_name(partner.name)
                and partner.name.strip() == partner.phone.strip()
            )
        )

    def _name_from_parts(self, check=True):
        """:param check: raise when nothing is left to call the person by
        :return: the name in one piece, made of first and last name or, without them,
            of what else the person is known by"""
        self.ensure_one()
        name = person_name.compose_name(self.first_name, self.last_name)
        name = name or self.phone or self.nickname or self.email
        if not name and check and self.type == "contact":
            raise ValidationError(
                self.env._("A customer needs a name, a nickname or a phone number.")
            )
        return name
