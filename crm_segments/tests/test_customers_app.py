from lxml import etree

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

ACTION = "crm_segments.res_partner_customer_action"


@tagged("post_install", "-at_install")
class TestCustomersApp(TransactionCase):
    """The shop lives in this screen. Counts that do not match the list behind them,
    or a form that asks for more than the customer tells, and nobody uses it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.action = cls.env.ref(ACTION)
        cls.partners = cls.env["res.partner"].with_context(crm_customer=True)
        cls.tag = cls.env["res.partner.category"].create({"name": "Panel"})
        cls.gold = cls.env.ref("crm_segments.crm_customer_group_gold")
        cls.buyer, cls.prospect = cls.partners.create(
            [
                {"name": "Buyer", "category_id": cls.tag.ids},
                {"name": "Prospect", "customer_group_id": cls.gold.id},
            ]
        )
        cls.env["sale.order"].create(
            {"partner_id": cls.buyer.id, "order_line": [(0, 0, {"name": "x"})]}
        )
        cls.contact = cls.env["res.partner"].create({"name": "No customer"})
        cls.inside = [("id", "in", (cls.buyer | cls.prospect | cls.contact).ids)]

    def form(self, view, record=None):
        record = record or self.partners
        return Form(record, view=f"crm_segments.{view}")

    def domain(self):
        return [*self.inside, ("member_number", "!=", False)]

    # -- what is listed --------------------------------------------------------------

    def test_first_page_and_count_as_the_client_asks(self):
        """With and without an order: the client counts with a limit and no order."""
        for order in ("", "complete_name", "customer_amount_paid desc"):
            page = self.partners.web_search_read(
                self.domain(), {"name": {}}, limit=1, order=order, count_limit=10001
            )
            self.assertEqual((len(page["records"]), page["length"]), (1, 2), order)
        self.assertEqual(len(self.partners.search(self.domain(), limit=1)), 1)

    def test_listed_are_customers(self):
        self.assertEqual(self.action.domain, "[('member_number', '!=', False)]")
        found = self.partners.search(self.domain())
        self.assertEqual(found, self.buyer | self.prospect)

    def test_tabs_count_what_they_list(self):
        """X6: each tab's count is the number of rows behind it."""
        panel = self.partners.search_panel_select_range(
            "customer_lifecycle",
            search_domain=self.domain(),
            enable_counters=True,
            expand=True,
        )
        counts = {value["id"]: value["__count"] for value in panel["values"]}
        self.assertEqual(set(counts), set(dict(self._lifecycles())))
        for key, count in counts.items():
            rows = self.partners.search_count(
                [*self.domain(), ("customer_lifecycle", "=", key)]
            )
            self.assertEqual(count, rows, key)
        self.assertEqual(sum(counts.values()), 2)

    def _lifecycles(self):
        return self.partners._fields["customer_lifecycle"]._description_selection(
            self.env
        )

    def test_tabs_speak_the_users_language(self):
        self.env["res.lang"]._activate_lang("th_TH")
        label = self.env.ref(
            "crm_segments.selection__crm_customer_metric__lifecycle__regular"
        )
        label.with_context(lang="th_TH").name = "ลูกค้าประจำ"
        panel = self.partners.with_context(lang="th_TH").search_panel_select_range(
            "customer_lifecycle", enable_counters=True, expand=True
        )
        names = {value["id"]: value["display_name"] for value in panel["values"]}
        self.assertEqual(names["regular"], "ลูกค้าประจำ")

    def test_tabs_follow_the_other_filters(self):
        panel = self.partners.search_panel_select_range(
            "customer_lifecycle",
            search_domain=self.domain(),
            filter_domain=[("customer_group_id", "in", self.gold.ids)],
            enable_counters=True,
            expand=True,
        )
        counts = {value["id"]: value["__count"] for value in panel["values"]}
        self.assertEqual(sum(counts.values()), 1)
        self.assertEqual(counts["prospect"], 1)

    def test_tabs_cost_one_query(self):
        self.partners.search_panel_select_range(
            "customer_lifecycle", enable_counters=True, expand=True
        )
        with self.assertQueryCount(__system__=1):
            self.partners.search_panel_select_range(
                "customer_lifecycle", enable_counters=True, expand=True
            )

    def test_group_counts(self):
        panel = self.partners.search_panel_select_multi_range(
            "customer_group_id",
            search_domain=self.domain(),
            enable_counters=True,
            expand=True,
        )
        counts = {value["id"]: value["__count"] for value in panel["values"]}
        self.assertEqual(counts[self.gold.id], 1)
        self.assertEqual(sum(counts.values()), 1)

    def test_every_filter_works(self):
        """Each filter of the search view, run as the client would."""
        arch = etree.fromstring(
            self.partners.get_view(
                self.env.ref("crm_segments.res_partner_view_search_customer").id,
                "search",
            )["arch"]
        )
        names = set()
        for node in arch.xpath("//filter[@domain]"):
            domain = node.get("domain").replace(
                "context_today().strftime('%m')", "'11'"
            )
            self.partners.search_count(self.domain() + safe_eval(domain))
            names.add(node.get("name"))
        self.assertLessEqual({"birth_month_now", "female", "with_phone"}, names)

    def test_every_view_opens_for_a_viewer(self):
        viewer = new_test_user(self.env, "v", "crm_segments.crm_segments_group_viewer")
        partners = self.partners.with_user(viewer)
        for view_type, fname in [("list", "list"), ("kanban", "kanban")]:
            view = self.env.ref(f"crm_segments.res_partner_view_{fname}_customer")
            arch = etree.fromstring(partners.get_view(view.id, view_type)["arch"])
            fields = {node.get("name") for node in arch.iter("field")}
            partners.web_search_read(
                self.domain(), {name: {} for name in fields}, order="complete_name"
            )
        buyer = self.buyer.with_user(viewer)
        form = Form(buyer, view="crm_segments.res_partner_view_form_customer")
        self.assertEqual(form.member_number, self.buyer.member_number)
        self.assertIn("customer_order_ids", form._view["fields"])
        with self.assertRaises(AccessError):
            partners.create({"phone": "0812345678"})

    # -- entering customers ----------------------------------------------------------

    def test_only_a_phone(self):
        """P2: one field is enough."""
        self.env.company.country_id = self.env.ref("base.th")
        with self.form("res_partner_view_form_customer_quick") as form:
            form.phone = "0812345678"
        customer = form.save()
        self.assertEqual(customer.name, "+66 81 234 5678")
        self.assertTrue(customer.member_number)

    def test_only_a_name(self):
        with self.form("res_partner_view_form_customer_quick") as form:
            form.name = "สมชาย ใจดี"
        customer = form.save()
        self.assertEqual((customer.first_name, customer.last_name), ("สมชาย", "ใจดี"))
        with self.form("res_partner_view_form_customer_quick") as form:
            form.nickname = "เล็ก"
        self.assertEqual(form.save().name, "เล็ก")

    def test_nothing(self):
        with self.assertRaisesRegex(AssertionError, "phone is a required field"):
            self.form("res_partner_view_form_customer_quick").save()

    def test_page_both_ways(self):
        with self.form("res_partner_view_form_customer") as form:
            form.name = "A B"
            self.assertEqual((form.first_name, form.last_name), ("A", "B"))
            form.last_name = "C D"
            self.assertEqual(form.name, "A C D")
            form.first_name = "E F"
            self.assertEqual(form.name, "E F C D")
        customer = form.save()
        self.assertEqual(
            (customer.name, customer.first_name, customer.last_name),
            ("E F C D", "E F", "C D"),
        )
        with self.form("res_partner_view_form_customer", customer) as form:
            form.name = "G H"
        self.assertEqual((customer.first_name, customer.last_name), ("G", "H"))

    def test_page_of_a_company(self):
        with self.form("res_partner_view_form_customer") as form:
            form.company_type = "company"
            form.name = "Siam Trading Co"
        customer = form.save()
        self.assertFalse(customer.first_name)
        self.assertTrue(customer.member_number)

    def test_page_with_only_a_phone(self):
        with self.form("res_partner_view_form_customer") as form:
            form.phone = "+66 81 234 5678"
        self.assertEqual(form.save().name, "+66 81 234 5678")

    def test_known_phone_is_told(self):
        """X1: nobody is entered twice without notice."""
        self.buyer.write({"phone": "081 234 5678", "country_id": self._thailand()})
        form = self.form("res_partner_view_form_customer")
        form.phone = "+66812345678"
        self.assertEqual(form.same_phone_partner_id, self.buyer)
        form.phone = "+66812345679"
        self.assertFalse(form.same_phone_partner_id)
        child = self.env["res.partner"].create(
            {"name": "C", "parent_id": self.buyer.id, "phone": "+66812345678"}
        )
        self.assertFalse(child.same_phone_partner_id)
        self.assertFalse(self.buyer.same_phone_partner_id)

    def _thailand(self):
        return self.env.ref("base.th").id

    def test_tabs_of_other_modules_are_there(self):
        """The page is built on the contact form, not beside it."""
        view = self.env.ref("crm_segments.res_partner_view_form_customer")
        arch = self.partners.get_view(view.id, "form")["arch"]
        for part in ("customer_order_ids", "internal_notes", "contact_addresses"):
            self.assertIn(part, arch)

    # -- settings --------------------------------------------------------------------

    def test_settings(self):
        with Form(self.env["res.config.settings"]) as form:
            form.new_customer_days = 14
            form.regular_customer_orders = 4
            form.lapsed_customer_days = 60
            form.customer_tz = "Asia/Tokyo"
        form.save().execute()
        company = self.env.company
        self.assertEqual(
            (
                company.new_customer_days,
                company.regular_customer_orders,
                company.lapsed_customer_days,
                company.customer_tz,
            ),
            (14, 4, 60, "Asia/Tokyo"),
        )

    def test_settings_must_make_sense(self):
        for fname in ("new_customer_days", "regular_customer_orders"):
            with self.assertRaises(ValidationError):
                self.env.company[fname] = -1


@tagged("post_install", "-at_install")
class TestCustomersAppTour(HttpCase):
    """The same in a real browser, where a typing error in a view shows."""

    def test_tour(self):
        self.env.company.country_id = self.env.ref("base.th")
        partners = self.env["res.partner"].with_context(crm_customer=True)
        buyer, _prospect = partners.create(
            [
                {"name": "Tour Buyer", "phone": "+66 89 977 7123"},
                {"name": "Tour Prospect"},
            ]
        )
        product = self.env["product.product"].create({"name": "Tour Massage"})
        order = self.env["sale.order"].create(
            {
                "partner_id": buyer.id,
                "order_line": [(0, 0, {"product_id": product.id})],
            }
        )
        order.action_confirm()
        self.env["crm.customer.metric"]._refresh_dirty()
        self.start_tour(
            "/odoo/crm-customers", "crm_segments_customers_app", login="admin"
        )
        customer = partners.search([("phone_sanitized", "=", "+66861112222")])
        self.assertEqual((customer.name, customer.first_name), ("Lek", "Lek"))
        self.assertTrue(customer.member_number)
