from odoo.tests import tagged

from .common_metrics import MetricsCase

FIGURES = [
    "customer_order_count",
    "customer_order_count_all",
    "customer_amount_total",
    "customer_amount_total_all",
    "customer_amount_paid",
    "customer_average_gap_days",
    "customer_rfm_recency",
    "customer_rfm_frequency",
    "customer_rfm_monetary",
]


@tagged("post_install", "-at_install")
class TestMetricPartner(MetricsCase):
    """Lists, tabs and segments ask for figures that are no columns: a search has to
    find exactly those whose shown value meets the condition.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Second"})
        partners = cls.env["res.partner"].with_context(crm_customer=True)
        names = ("Rich", "Middle", "Poor", "Quotation", "None")
        cls.people = partners.create([{"name": name} for name in names])
        cls.rich, cls.middle, cls.poor, cls.quotation, cls.none = cls.people
        cls.supplier = cls.env["res.partner"].create({"name": "Supplier"})
        cls.all = cls.people | cls.supplier
        for partner, amounts in (
            (cls.rich, (900, 100)),
            (cls.middle, (500,)),
            (cls.poor, (5, 5, 5)),
        ):
            for day, amount in enumerate(amounts, 1):
                cls.order(f"2024-0{day}-01 05:00:00", amount, partner_id=partner.id)
        cls.order("2024-01-01 05:00:00", 77, False, partner_id=cls.quotation.id)
        cls.settle()
        cls.partners = cls.env["res.partner"]

    def found(self, *condition, order=None, **options):
        domain = [("id", "in", self.all.ids), condition] if condition else []
        domain = domain or [("id", "in", self.all.ids)]
        return self.partners.search(domain, order=order, **options)

    def test_values(self):
        self.assertEqual(self.rich.customer_order_count, 2)
        self.assertEqual(self.rich.customer_amount_total, 1000)
        self.assertEqual(str(self.rich.customer_first_order_date), "2024-01-01")
        self.assertEqual(str(self.rich.customer_last_order_date), "2024-02-01")
        self.assertEqual(self.quotation.customer_order_count, 0)
        self.assertEqual(self.quotation.customer_order_count_all, 1)
        self.assertEqual(self.quotation.customer_amount_total_all, 77)
        self.assertEqual(self.quotation.customer_lifecycle, "prospect")
        self.assertEqual(self.none.customer_lifecycle, "prospect")
        self.assertFalse(self.supplier.customer_lifecycle)
        self.assertEqual(self.rich.customer_currency_id, self.company.currency_id)

    def test_values_in_one_query(self):
        self.env.invalidate_all()
        self.all.mapped("customer_currency_id.rounding")
        self.all.mapped("member_number")
        with self.assertQueryCount(1):
            self.all.mapped("customer_amount_paid")
            self.all.mapped("customer_last_order_date")

    def test_values_belong_to_the_company(self):
        other = self.rich.with_company(self.other_company)
        self.assertEqual(other.customer_amount_total, 0)
        self.assertEqual(other.customer_lifecycle, "prospect")
        self.assertEqual(self.rich.customer_amount_total, 1000)
        found = self.partners.with_company(self.other_company).search(
            [("customer_amount_total", ">", 0), ("id", "in", self.all.ids)]
        )
        self.assertFalse(found)

    def test_search_finds_what_is_shown(self):
        """Every operator, against a filter of the shown values in Python."""
        compare = {
            "=": lambda a, b: a == b,
            "!=": lambda a, b: a != b,
            "<": lambda a, b: a < b,
            "<=": lambda a, b: a <= b,
            ">": lambda a, b: a > b,
            ">=": lambda a, b: a >= b,
            "in": lambda a, b: a in b,
            "not in": lambda a, b: a not in b,
        }
        for name in FIGURES:
            for operator, meets in compare.items():
                for value in (0, 1, 2, 31, 500, 1000):
                    if "in" in operator:
                        value = [value, 3]
                    shown = self.all.filtered(lambda p: meets(p[name], value))  # noqa: B023
                    with self.subTest(name=name, operator=operator, value=value):
                        self.assertEqual(self.found(name, operator, value), shown)

    def test_search_dates(self):
        bought = self.rich | self.middle | self.poor
        name = "customer_last_order_date"
        self.assertEqual(self.found(name, "!=", False), bought)
        self.assertEqual(self.found(name, "=", False), self.all - bought)
        self.assertEqual(self.found(name, ">=", "2024-02-01"), self.rich | self.poor)
        self.assertEqual(self.found(name, "<", "2024-02-01"), self.middle)
        self.assertEqual(self.found(name, "<", "today -30d"), bought)
        self.assertFalse(self.found(name, ">", "today -30d"))

    def test_search_lifecycle(self):
        name = "customer_lifecycle"
        groups = ("new", "regular", "occasional", "lapsed", "prospect", False)
        for group in groups:
            shown = self.all.filtered(lambda p: p.customer_lifecycle == group)  # noqa: B023
            self.assertEqual(self.found(name, "=", group), shown, group)
            self.assertEqual(self.found(name, "!=", group), self.all - shown, group)
        self.assertTrue(self.found(name, "=", "lapsed"))
        self.assertEqual(self.found(name, "=", "prospect"), self.quotation | self.none)
        self.assertEqual(
            self.found(name, "in", ["prospect", "lapsed"]),
            self.found(name, "not in", ["occasional", False]),
        )

    def test_search_inside_any(self):
        """Segments nest conditions; the sub-query follows the alias."""
        order = self.env["sale.order"].search(
            [("partner_id.customer_amount_total", ">", 500)]
            + [("partner_id", "in", self.all.ids)]
        )
        self.assertEqual(order.partner_id, self.rich)

    def test_sorted(self):
        best = self.rich | self.middle | self.poor
        found = self.found(order="customer_amount_total desc, id")
        self.assertEqual(found[:3], best)
        self.assertEqual(found[3:], self.all[3:], "without orders, by the next key")
        found = self.found(order="customer_amount_total, id")
        self.assertEqual(found, self.all[3:] | self.poor | self.middle | self.rich)
        found = self.found(order="customer_last_order_date desc, id desc")
        self.assertEqual(found[:3], self.poor | self.rich | self.middle)

    def test_pages_of_a_sorted_list(self):
        """Pages are taken from an index while they can be, and the rest is read: put
        together they are the whole list, whatever the size of a page."""
        order = "customer_amount_total desc, name desc"
        whole = self.found(order=order)
        for size in (1, 2, 3, 4, 6, 10):
            pages = [
                self.found(order=order, limit=size, offset=offset)
                for offset in range(0, len(whole), size)
            ]
            self.assertEqual(self.partners.concat(*pages), whole, size)
        web = self.partners.web_search_read(
            [("id", "in", self.all.ids)], {"name": {}}, limit=2, order=order
        )
        self.assertEqual([row["id"] for row in web["records"]], whole[:2].ids)
        self.assertEqual(web["length"], len(whole))

    def test_page_from_the_index(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        query = self.partners._search_best_page(
            "amount_total", [], 0, 2, "customer_amount_total desc"
        )
        self.assertEqual(self.partners.browse(query), self.rich | self.middle)
        self.assertIsNone(
            self.partners._search_best_page(
                "amount_total",
                [("id", "in", self.all.ids)],
                0,
                4,
                "customer_amount_total desc",
            ),
            "the fourth has no confirmed order",
        )

    def test_grouped(self):
        rows = self.partners._read_group(
            [("id", "in", self.all.ids)],
            ["customer_lifecycle"],
            ["customer_amount_total:sum", "__count"],
        )
        groups = {group: (total, count) for group, total, count in rows}
        self.assertEqual(groups["prospect"], (0, 2))
        self.assertEqual(groups[False], (0, 1))
        self.assertEqual(groups["lapsed"], (1015, 2))
        self.assertEqual(groups["occasional"], (500, 1))

    def test_tabs(self):
        counts = self.partners._customer_lifecycle_counts([("id", "in", self.all.ids)])
        self.assertEqual(
            counts,
            {"new": 0, "regular": 0, "occasional": 1, "lapsed": 2, "prospect": 2},
        )
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.partners._customer_lifecycle_counts([])

    def test_groups_speak_the_users_language(self):
        """The groups are shared by two fields; both follow the translation."""
        self.env["res.lang"]._activate_lang("fr_FR")
        selection = self.env["ir.model.fields.selection"].search(
            [
                ("field_id.model", "=", "crm.customer.metric"),
                ("value", "=", "lapsed"),
            ]
        )
        selection.with_context(lang="fr_FR").name = "Perdu"
        french = self.partners.with_context(lang="fr_FR")
        described = french.fields_get(["customer_lifecycle"])["customer_lifecycle"]
        self.assertEqual(dict(described["selection"])["lapsed"], "Perdu")

    def test_fields_offer_sorting_and_sums(self):
        described = self.partners.fields_get(
            [*FIGURES, "customer_lifecycle", "customer_rfm_group"]
        )
        for name, field in described.items():
            self.assertTrue(field["sortable"], name)
            self.assertTrue(field["searchable"], name)
        self.assertEqual(described["customer_amount_paid"]["aggregator"], "sum")
        self.assertTrue(described["customer_lifecycle"]["groupable"])
        self.assertTrue(described["customer_rfm_group"]["groupable"])

    def test_contact_person_has_no_figures(self):
        """The customer is the company behind the contact, in lists as in searches."""
        person = self.partners.create({"name": "Clerk", "parent_id": self.rich.id})
        self.order(partner_id=person.id, amount=1)
        self.settle()
        self.assertEqual(self.rich.customer_order_count, 3)
        self.assertEqual(person.customer_order_count, 0)
        self.assertFalse(
            self.partners.search(
                [("customer_order_count", ">", 0), ("id", "=", person.id)]
            )
        )
