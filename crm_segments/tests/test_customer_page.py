import re
from collections import defaultdict

from dateutil.relativedelta import relativedelta
from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, tagged
from odoo.tools.misc import formatLang

from ..tools.local_date import local_today
from .form_reading import CustomerPageCase, form_specification

WORD = re.compile(r"(?<![.'\"\w])[a-z_]\w*")
EXPRESSIONS = ("invisible", "readonly", "required", "context", "domain")
KNOWN_WORDS = {
    *("not", "and", "or", "in", "is", "id", "uid", "context", "parent", "if", "else"),
    *("context_today", "active_id", "allowed_company_ids"),
}


@tagged("post_install", "-at_install")
class TestCustomerPage(CustomerPageCase):
    """The screen a shop has open all day."""

    # -- who may change it -----------------------------------------------------------

    def test_officer_edits_in_place(self):
        """X10."""
        customer = self.customer.with_user(self.officer)
        with Form(customer, view=self.form) as form:
            form.street = "9 Ari"
            form.zip = "10400"
            form.category_id.add(self.tag)
        self.assertEqual((customer.street, customer.zip), ("9 Ari", "10400"))
        self.assertEqual(customer.category_id, self.tag)
        self.assertNotEqual(self._arch(self.officer).get("edit"), "False")

    def test_viewer_sees_it_read_only(self):
        arch = self._arch(self.viewer)
        self.assertEqual((arch.get("edit"), arch.get("create")), ("False", "False"))
        self.assertFalse(arch.xpath("//button[@name='action_log_call']"))
        customer = self.customer.with_user(self.viewer)
        for values in ({"street": "x"}, {"category_id": [(4, self.tag.id)]}):
            with self.assertRaises(AccessError):
                customer.write(values)
        with self.assertRaises(AccessError):
            customer.web_save({"street": "x"}, {"street": {}})

    def _arch(self, user):
        partners = self.partners.with_user(user)
        return etree.fromstring(partners.get_view(self.form.id, "form")["arch"])

    def test_full_contact(self):
        action = self.customer.action_open_contact()
        self.assertEqual(
            action["views"], [(self.env.ref("base.view_partner_form").id, "form")]
        )

    # -- what stands there -----------------------------------------------------------

    def test_bought_by_month_equals_brute_force(self):
        today = local_today(self.env)
        orders = [
            self.order(days, amount, state)
            for days, amount, state in [
                *((0, 10, "sale"), (1, 20, "sale"), (40, 30, "sale")),
                *((41, 40, "draft"), (42, 50, "cancel"), (200, 60, "sale")),
            ]
        ]
        self.assertEqual(len(self._months()), 12)
        orders.append(self.order(400, 70))
        self.order(3 * 366, 80)
        expected = defaultdict(list)
        for order in orders:
            local = fields.Datetime.context_timestamp(
                self.customer.with_context(tz=self.env.company.customer_tz),
                order.date_order,
            )
            if order.state == "sale":
                expected[f"{local:%Y-%m}"].append(order.amount_total)
        months = self._months()
        self.assertEqual(len(months), 24)
        currency = self.env.company.currency_id
        for back, part in enumerate(reversed(months)):
            month = today.replace(day=1) - relativedelta(months=back)
            amounts = expected[f"{month:%Y-%m}"]
            self.assertEqual(
                (part["value"], part["count"]), (sum(amounts), len(amounts)), month
            )
            amount = formatLang(self.env, sum(amounts), currency_obj=currency)
            self.assertEqual(part["text"], f"{amount} (orders: {len(amounts)})")

    def test_thai_months(self):
        self.env["res.lang"]._activate_lang("th_TH")
        month = fields.Date.to_date("2026-11-01")
        thai = self.partners.with_context(lang="th_TH")
        self.assertEqual(thai._month_label(month), "พ.ย. 69")
        self.assertEqual(self.partners._month_label(month), "Nov 26")

    def test_nothing_bought(self):
        self.assertFalse(self._months())

    def _months(self):
        self.env.flush_all()
        self.env.invalidate_all()
        bought = self.customer.with_user(self.viewer).bought_by_month
        return bought and bought["parts"]

    def test_tabs_know_their_fields(self):
        """A tab whose fields are read when it is opened may not be asked for before,
        nor by another tab."""
        partners = self.partners.with_user(self.env.ref("base.user_admin"))
        soon, late = form_specification(partners, self.form)
        arch = etree.fromstring(partners.get_view(self.form.id, "form")["arch"])
        pages = arch.findall(".//page[@late]")
        self.assertGreaterEqual(len(pages), 3)
        for page in pages:
            known = set(soon) | set(late[page.get("name")])
            for node in page.iterdescendants():
                self._check_names(node, known)
            page[:] = []
        for node in arch.iter():
            self._check_names(node, set(soon))

    def _check_names(self, node, known):
        if not isinstance(node.tag, str) or node.xpath("ancestor::field"):
            return
        for attribute in EXPRESSIONS:
            expression = re.sub(r"'[^']*'|\"[^\"]*\"", "", node.get(attribute) or "")
            names = set(WORD.findall(expression)) & set(self.partners._fields)
            self.assertLessEqual(
                names - KNOWN_WORDS, known, (node.tag, node.attrib, attribute)
            )


@tagged("post_install", "-at_install")
class TestCustomerPageSpeed(CustomerPageCase):
    """Nobody waits for the page of the best customer."""

    def test_queries_do_not_grow(self):
        few = self.busy_customer("Few", 5)
        many = self.busy_customer("Many", 500)
        self.assertOpensFast(few, many)


@tagged("post_install", "-at_install")
class TestCustomerPageTour(HttpCase):
    """The same in a real browser: tabs with counts, an order opened by a press, and a
    call logged, at the desk and on a phone."""

    browser_size = "1366x768"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"].with_context(crm_customer=True)
        cls.customer = partners.create({"name": "Page Buyer", "phone": "+66812345678"})
        product = cls.env["product.product"].create({"name": "Page Massage"})
        cls.orders = cls.env["sale.order"].create(
            [
                {
                    "partner_id": cls.customer.id,
                    "order_line": [(0, 0, {"product_id": product.id})],
                }
            ]
            * 3
        )
        cls.orders[0].action_confirm()
        cls.env["crm.customer.metric"]._refresh_dirty()

    def _play(self, tour):
        self.start_tour(
            f"/odoo/crm-customers/{self.customer.id}", tour, login="admin", timeout=60
        )
        calls = self.env["crm.contact.call"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual((calls.result, calls.note), ("busy", "again at five"))

    def test_tour(self):
        self._play("crm_segments_customer_page")


@tagged("post_install", "-at_install")
class TestCustomerPagePhone(TestCustomerPageTour):
    browser_size = "390x844"
    touch_enabled = True

    def test_tour(self):
        self._play("crm_segments_customer_page_phone")
