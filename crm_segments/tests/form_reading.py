"""What the browser asks for when it opens a form: one call of web_read()."""

from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.tests import TransactionCase, new_test_user
from odoo.tools.safe_eval import safe_eval

FORM = "crm_segments.res_partner_view_form_customer"
GROUP = "crm_segments.crm_segments_group_{}"
MOST_QUERIES = 25

NEVER = ("1", "True")
RELATIONAL = ("one2many", "many2many")


def form_specification(model, view):
    """:param model: empty recordset, of the user who opens the form
    :param view: record of ir.ui.view
    :return: what the client passes to web_read(): the specification to open the form,
        and {name of a late tab: the one for its fields}"""
    views = model.get_views([(view.id, "form")], {"load_filters": False})
    models = views["models"]
    arch = etree.fromstring(views["views"]["form"]["arch"])
    whole = _specification(arch, model._name, models)
    pages = arch.findall(".//page[@late]")
    tabs = {
        page.get("name"): _specification(page, model._name, models) for page in pages
    }
    for page in pages:
        page.getparent().remove(page)
    soon = {name: whole[name] for name in _specification(arch, model._name, models)}
    late = {
        tab: {name: wanted for name, wanted in fields.items() if name not in soon}
        for tab, fields in tabs.items()
    }
    return soon, late


def _specification(node, model, models):
    known = models[model]["fields"]
    specification = {}
    for field in _own_fields(node):
        name = field.get("name")
        wanted = specification.setdefault(name, {})
        kind = known[name]["type"]
        if kind in ("many2one", "reference"):
            wanted.setdefault("fields", {})
            if field.get("invisible") not in NEVER:
                wanted["fields"]["display_name"] = {}
        elif kind in RELATIONAL and field.get("invisible") not in NEVER:
            _add_rows(wanted, field, known[name]["relation"], models)
    return specification


def _own_fields(node):
    """:return: the fields of a view, without those of the lists inside"""
    for child in node:
        if child.tag == "field":
            yield child
        elif isinstance(child.tag, str):
            yield from _own_fields(child)


def _add_rows(wanted, field, relation, models):
    """Complete the specification of a list inside the form, in place."""
    rows = wanted.setdefault("fields", {})
    shown = [child for child in field if child.tag in ("list", "kanban")]
    if not shown:
        rows["display_name"] = {}
        color = safe_eval(field.get("options") or "{}").get("color_field")
        if color:
            rows[color] = {}
        return
    rows.update(_specification(shown[0], relation, models))
    wanted["limit"] = int(shown[0].get("limit") or 40)
    if order := shown[0].get("default_order"):
        wanted["order"] = order


class CustomerPageCase(TransactionCase):
    """A customer, who looks at the page, and how many queries that takes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.form = cls.env.ref(FORM)
        cls.partners = cls.env["res.partner"].with_context(crm_customer=True)
        cls.customer = cls.partners.create({"name": "Nok", "phone": "+66812345678"})
        cls.product = cls.env["product.product"].create(
            {"name": "Massage", "taxes_id": False}
        )
        cls.tag = cls.env["res.partner.category"].create({"name": "Sensitive skin"})
        cls.viewer = new_test_user(cls.env, "page_viewer", GROUP.format("viewer"))
        cls.officer = new_test_user(cls.env, "page_officer", GROUP.format("officer"))

    def order(self, days_ago=0, amount=100.0, state="sale", customer=None):
        order = self.env["sale.order"].create(
            {
                "partner_id": (customer or self.customer).id,
                "order_line": [
                    (0, 0, {"product_id": self.product.id, "price_unit": amount})
                ],
            }
        )
        if state == "sale":
            order.action_confirm()
        elif state == "cancel":
            order._action_cancel()
        order.date_order = fields.Datetime.now() - timedelta(days=days_ago)
        return order

    def assertOpensFast(self, few, many):
        """As many queries for much as for little, in every tab, and few to open."""
        partners = self.partners.with_user(self.env.ref("base.user_admin"))
        soon, late = form_specification(partners, self.form)
        self.assertLessEqual(self._queries(many, soon), MOST_QUERIES)
        for tab, wanted in {"": soon, **late}.items():
            counts = self._queries(few, wanted), self._queries(many, wanted)
            self.assertEqual(*counts, tab)

    def busy_customer(self, name, number):
        thailand = self.env.ref("base.th")
        customer = self.partners.create(
            {
                "name": name,
                "phone": f"+6681234{number:04}",
                "email": f"busy{number}@example.com",
                "category_id": self.tag.ids,
                "country_id": thailand.id,
                "state_id": thailand.state_ids[:1].id,
                "customer_group_id": self.env.ref(
                    "crm_segments.crm_customer_group_gold"
                ).id,
            }
        )
        orders = self.env["sale.order"].create([{"partner_id": customer.id}] * number)
        orders[3:].write({"state": "cancel"})
        self.order(customer=customer)
        self.env["crm.contact.call"].create([{"partner_id": customer.id}] * number)
        messages = self.env["mail.message"].create(
            [{"body": "Hello", "model": "res.partner", "res_id": customer.id}] * number
        )
        self.env["mail.notification"].create(
            [
                {
                    "mail_message_id": message.id,
                    "res_partner_id": customer.id,
                    "notification_type": "email",
                    "is_read": True,
                }
                for message in messages
            ]
        )
        self.env["crm.segment"].create(
            {"name": name, "kind": "dynamic", "domain": f"[('id', '=', {customer.id})]"}
        ).action_refresh()
        return customer

    def _queries(self, customer, specification):
        """:return: how many queries it takes to read the page as the browser does"""
        customer = customer.with_user(self.env.ref("base.user_admin"))
        customer = customer.with_context(bin_size=True)
        for _time in ("fills what the server keeps between requests", "counts"):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            customer.web_read(specification)
        return self.env.cr.sql_log_count - before
