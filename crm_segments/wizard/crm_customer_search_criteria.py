from odoo import api, fields, models
from odoo.tools.misc import format_amount, format_date

from ..tools.domain_list import joined

HOURS = [(str(hour), f"{hour:02}:00") for hour in range(25)]
AMOUNT_FIELDS = {
    "all": "customer_amount_total_all",
    "confirmed": "customer_amount_total",
    "paid": "customer_amount_paid",
}


class CrmCustomerSearch(models.TransientModel):
    """What a shopkeeper may ask of customers, as a form; what is empty is not asked.

    Each filled criterion becomes a condition on res.partner and a few words. Several
    values of one criterion mean any of them.
    """

    _inherit = "crm.customer.search"

    match = fields.Selection(
        [("all", "all of these"), ("any", "any of these")],
        "Customers Who Meet",
        required=True,
        default="all",
    )
    text = fields.Char("Name, number or phone")
    customer_group_ids = fields.Many2many("crm.customer.group")
    category_ids = fields.Many2many("res.partner.category", string="Tags")
    gender_ids = fields.Many2many(
        "crm.search.choice",
        "crm_customer_search_gender_rel",
        domain=[("criterion", "=", "gender")],
    )
    lifecycle_ids = fields.Many2many(
        "crm.search.choice",
        "crm_customer_search_lifecycle_rel",
        string="By orders",
        domain=[("criterion", "=", "lifecycle")],
        help="New, regular, lapsed... as the tabs of the customers list.",
    )
    age_from = fields.Integer()
    age_to = fields.Integer()
    birthday_from = fields.Date("Born From")
    birthday_to = fields.Date("Born Until")
    birth_month_ids = fields.Many2many(
        "crm.search.choice",
        "crm_customer_search_birth_month_rel",
        string="Birth month",
        domain=[("criterion", "=", "birth_month")],
    )
    weight_from = fields.Float()
    weight_to = fields.Float()
    height_from = fields.Float()
    height_to = fields.Float()
    state_ids = fields.Many2many("res.country.state", string="Province")
    zips = fields.Char("Postcode", help="Or its beginning; several with commas.")
    residence_type_ids = fields.Many2many(
        "crm.search.choice",
        "crm_customer_search_residence_type_rel",
        string="Residence",
        domain=[("criterion", "=", "residence_type")],
    )
    consent_sms = fields.Selection(
        [("yes", "Allowed"), ("no", "Not allowed")], "SMS marketing"
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    amount_from = fields.Monetary()
    amount_to = fields.Monetary()
    amount_basis = fields.Selection(
        [
            ("all", "of all orders, every status"),
            ("confirmed", "of confirmed orders"),
            ("paid", "that was paid"),
        ],
        "Amount Counted",
        required=True,
        default="all",
    )
    last_order_from = fields.Date()
    last_order_to = fields.Date()
    last_order_within = fields.Integer("Last Order Within Days")
    last_order_before = fields.Integer("No Order for Days")
    # conditions on orders
    order_status = fields.Selection(
        [("confirmed", "Confirmed orders"), ("any", "Orders of every status")],
        "Orders Looked At",
        required=True,
        default="confirmed",
    )
    order_from = fields.Date("Ordered From")
    order_to = fields.Date("Ordered Until")
    order_days = fields.Integer("Ordered Within Days")
    product_ids = fields.Many2many("product.product", string="Bought product")
    product_category_ids = fields.Many2many(
        "product.category", string="Bought from category"
    )
    team_ids = fields.Many2many("crm.team", string="Sales channel")
    branch_ids = fields.Many2many("crm.branch")
    area_ids = fields.Many2many("crm.branch.area", string="Area of the branch")
    weekday_ids = fields.Many2many(
        "crm.search.choice",
        "crm_customer_search_weekday_rel",
        domain=[("criterion", "=", "weekday")],
    )
    hour_from = fields.Selection(HOURS[:-1])
    hour_to = fields.Selection(HOURS[1:])
    basket_from = fields.Monetary()
    basket_to = fields.Monetary()
    order_count_from = fields.Integer()
    order_count_to = fields.Integer()
    order_amount_from = fields.Monetary()
    order_amount_to = fields.Monetary()

    @api.depends_context("company")
    def _compute_currency_id(self):
        self.currency_id = self.env.company.currency_id

    def _get_criteria_sentence(self):
        """:return: what these criteria ask, in words; empty when nothing"""
        texts = [text for _domain, text in self._get_criteria()]
        word = self.env._(" or ") if self.match == "any" else self.env._(", and ")
        return word.join(texts)

    def _get_criteria_domain(self):
        """:return: list of conditions on res.partner, empty when nothing is asked"""
        domains = [domain for domain, _text in self._get_criteria()]
        return joined("|" if self.match == "any" else "&", domains) if domains else []

    def _get_criteria(self):
        """Modules add theirs, made by the same methods.

        :return: list of (conditions on res.partner, words) of the filled criteria
        """
        self.ensure_one()
        return [
            *self._get_person_criteria(),
            *self._get_place_criteria(),
            *self._get_figure_criteria(),
            *self._get_order_criteria(),
        ]

    def _get_person_criteria(self):
        found = [
            *self._many("customer_group_ids", "customer_group_id"),
            *self._many("category_ids", "category_id", "child_of"),
            *self._choices("gender_ids", "gender"),
            *self._range(self.env._("Born"), "birthday", "birthdate"),
            *self._choices("birth_month_ids", "birth_month"),
        ]
        # said apart, so that "but not" finds those of unknown age
        for domain, text in self._range(self.env._("Age"), "age", "age"):
            found.append(([*domain, ("birthdate", "!=", False)], text))
        for name, label in (
            ("weight", self.env._("Weight (kg)")),
            ("height", self.env._("Height (cm)")),
        ):
            for domain, text in self._range(label, name, name):
                found.append(([*domain, (name, ">", 0)], text))
        if text := (self.text or "").strip():
            words = self._words(self._label("text"), f"“{text}”")
            found.insert(0, ([("display_name", "ilike", text)], words))
        return found

    def _get_place_criteria(self):
        found = [
            *self._many("state_ids", "state_id"),
            *self._choices("residence_type_ids", "residence_type"),
        ]
        zips = (self.zips or "").replace(",", " ").split()
        if zips:
            found.append(
                (
                    joined("|", [[("zip", "=like", f"{zip_}%")] for zip_ in zips]),
                    self._words(self._label("zips"), *zips),
                )
            )
        return found

    def _get_figure_criteria(self):
        label = self.env._(
            "Amount %(basis)s", basis=self._selection_label("amount_basis")
        )
        last = self.env._("Last order")
        field = "customer_last_order_date"
        found = [
            *self._choices("lifecycle_ids", "customer_lifecycle"),
            *self._range(label, "amount", AMOUNT_FIELDS[self.amount_basis]),
            *self._range(last, "last_order", field),
            *self._days_ago(last, "last_order", field),
        ]
        if self.consent_sms:
            allowed = self.consent_sms == "yes"
            found.append(
                (
                    [("consent_marketing_sms", "=" if allowed else "!=", True)],
                    self._words(
                        self._label("consent_sms"), self._selection_label("consent_sms")
                    ),
                )
            )
        return found

    # -- orders ----------------------------------------------------------------------

    def _get_order_criteria(self):
        """Conditions on orders. With "all of these" one order meets them all; with
        "any of these" each is met by an order of the period asked."""
        period, single, total = (
            self._get_period_criteria(),
            self._get_single_order_criteria(),
            self._get_total_criteria(),
        )
        if not (period or single or total):
            return []
        status = [("status", "=", "confirmed")] * (self.order_status == "confirmed")
        frame = [*status, *(term for domain, _text in period for term in domain)]
        frame_texts = [self._selection_label("order_status")]
        frame_texts += [text for _domain, text in period]
        if self.match == "any":
            groups = [[each] for each in single + total] or [[]]
        else:
            groups = [single + total]
        found = []
        for group in groups:
            terms = [*frame, *(term for domain, _text in group for term in domain)]
            if single and total and self.match == "all":
                # who never bought it is none of those who bought it seldom
                terms.append(("matching_count", ">=", 1))
            texts = frame_texts + [text for _domain, text in group]
            found.append(
                ([("customer_order_ids", "any", terms)], f"({'; '.join(texts)})")
            )
        return found

    def _get_period_criteria(self):
        """Which orders are looked at. :return: list of (conditions on orders, words)"""
        found = self._range(self.env._("ordered"), "order", "order_day")
        if self.order_days > 0:
            words = self.env._("in the last %(days)s days", days=self.order_days)
            found.append(([("order_day", ">=", f"today -{self.order_days}d")], words))
        return found

    def _get_single_order_criteria(self):
        """What one order meets. :return: list of (conditions on orders, words)"""
        found = [
            *self._many("product_ids", "product_ids"),
            *self._many("product_category_ids", "product_ids.categ_id", "child_of"),
            *self._many("team_ids", "team_id"),
            *self._many("branch_ids", "branch_id"),
            *self._choices("weekday_ids", "weekday"),
            *self._hours(),
            *self._range(self.env._("Amount of one order"), "basket", "amount_total"),
        ]
        if self.area_ids:
            names = self.area_ids.mapped("name")
            words = self._words(self._label("area_ids"), *names)
            found.append(([("branch_id.area", "in", names)], words))
        return found

    def _get_total_criteria(self):
        """What these orders meet together.
        :return: list of (conditions on orders, words)"""
        return [
            *self._range(
                self.env._("Number of orders"), "order_count", "matching_count"
            ),
            *self._range(self.env._("Total"), "order_amount", "matching_amount"),
        ]

    def _hours(self):
        """From 22:00 to 02:00 is the night."""
        if not (self.hour_from or self.hour_to):
            return []
        begin, end = int(self.hour_from or 0), int(self.hour_to or 24)
        from_, until = ("hour", ">=", begin), ("hour", "<", end)
        words = self.env._(
            "Time: %(begin)s to %(end)s", begin=f"{begin:02}:00", end=f"{end:02}:00"
        )
        return [([from_, until] if begin < end else ["|", from_, until], words)]

    # -- making criteria ---------------------------------------------------------------

    def _many(self, name, path, operator="in"):
        """:return: list of at most one criterion, of the records chosen in ``name``"""
        records = self[name]
        if not records:
            return []
        words = self._words(self._label(name), *records.mapped("display_name"))
        return [([(path, operator, records.ids)], words)]

    def _choices(self, name, path):
        """:return: as `_many`, for crm.search.choice"""
        choices = self[name]
        if not choices:
            return []
        words = self._words(self._label(name), *choices.mapped("name"))
        return [([(path, "in", choices.mapped("value"))], words)]

    def _range(self, label, name, path):
        """:param name: beginning of the names of the two fields
        :return: list of at most one criterion; 0 and empty are no limit"""
        terms, texts = [], {}
        for key, operator in (("from", ">="), ("to", "<=")):
            value = self[f"{name}_{key}"]
            if value:
                field = self._fields[f"{name}_{key}"]
                is_date = field.type == "date"
                stored = fields.Date.to_string(value) if is_date else value
                terms.append((path, operator, stored))
                texts[key] = self._value_text(field, value)
        if not terms:
            return []
        if len(terms) == 2:
            text = self.env._(
                "%(low)s to %(high)s", low=texts["from"], high=texts["to"]
            )
        elif "from" in texts:
            text = self.env._("from %(low)s", low=texts["from"])
        else:
            text = self.env._("up to %(high)s", high=texts["to"])
        return [(terms, self._words(label, text))]

    def _days_ago(self, label, name, path):
        """:param name: beginning of the names of two fields, days since a date: at
            most ``_within``, at least ``_before``
        :return: list of at most two criteria, which move along with the days"""
        found = []
        if (days := self[f"{name}_within"]) > 0:
            words = self._words(
                label, self.env._("in the last %(days)s days", days=days)
            )
            found.append(([(path, ">=", f"today -{days}d")], words))
        if (days := self[f"{name}_before"]) > 0:
            words = self.env._("%(days)s days ago or longer", days=days)
            found.append(([(path, "<=", f"today -{days}d")], self._words(label, words)))
        return found

    def _value_text(self, field, value):
        if field.type == "date":
            return format_date(self.env, value)
        if field.type == "monetary":
            return format_amount(self.env, value, self.currency_id)
        return f"{value:g}"

    def _words(self, label, *values):
        """:return: "Label: one or other" """
        values = self.env._(" or ").join(values)
        return self.env._("%(label)s: %(values)s", label=label, values=values)

    def _label(self, name):
        return self._fields[name].get_description(self.env, ["string"])["string"]

    def _selection_label(self, name):
        selection = self._fields[name]._description_selection(self.env)
        return dict(selection)[self[name]]
