"""Put the drawn shop into the database, through the ORM and in batches.

Loaded by the demo XML only; nothing imports it in production. Loading twice changes
nothing: the branch made first carries an XML id, and its presence ends the loading.
"""

import logging
import time
from datetime import timedelta
from itertools import islice

import pytz

from odoo import Command, fields

from .generator import DEFAULT_CUSTOMERS, build_shop

_logger = logging.getLogger(__name__)

MODULE = "crm_segments"
BATCH = 500
# login and password are the same; said by setup/run and in the README
USERS = (
    (
        "owner",
        "บุหลัน (Owner)",
        ("crm_segments.crm_segments_group_manager", "sales_team.group_sale_manager"),
    ),
    (
        "sales",
        "ใบเตย (Salesperson)",
        (
            "crm_segments.crm_segments_group_officer",
            "sales_team.group_sale_salesman_all_leads",
        ),
    ),
    ("viewer", "ปลา (Viewer)", ("crm_segments.crm_segments_group_viewer",)),
)
TEAMS = {
    "shop": ("Shop counter", "หน้าร้าน"),
    "line": ("LINE chat", "แชท LINE"),
    "facebook": ("Facebook chat", "แชท Facebook"),
}
# orders younger than this are invoiced, which takes a quarter of a second each
INVOICED_DAYS = 6
GROUPS = ("retail", "wholesale", "silver", "gold", "platinum")


def load(env, now=None, customers=DEFAULT_CUSTOMERS):
    """Load the demo shop into the user's company.

    :param now: naive UTC datetime the history ends at; default the real now
    :param customers: how many customers
    :return: whether anything was loaded
    """
    if env.ref(f"{MODULE}.demo_branch_bkk", raise_if_not_found=False):
        return False
    started = time.monotonic()
    context = {
        "tracking_disable": True,
        "mail_create_nolog": True,
        "mail_create_nosubscribe": True,
        "mail_notrack": True,
        "no_reset_password": True,
    }
    _Loader(env(context=dict(env.context, **context)), now, customers).load()
    _logger.info("Demo shop loaded in %.1f s", time.monotonic() - started)
    return True


class _Loader:
    """One loading; keeps the records made so far."""

    def __init__(self, env, now, customers):
        self.env = env
        self.customers = customers
        self.company = env.company
        self.now = now or fields.Datetime.now()

    def load(self):
        """Load everything; each step uses the records of the ones before."""
        self._prepare_company()
        zone = pytz.timezone(self.company.customer_tz)
        self.zone = zone
        local_now = pytz.utc.localize(self.now).astimezone(zone).replace(tzinfo=None)
        self.shop = build_shop(local_now, customers=self.customers)
        self.users = self._create_users()
        self.branches = self._create_branches()
        self.teams = self._create_teams()
        self.products = self._create_products()
        self.partners = self._create_partners()
        self.orders = self._create_orders()
        self._settle_orders()
        self._collect_payments()
        self.env["crm.customer.metric"]._rebuild()

    # -- the shop itself ------------------------------------------------------

    def _prepare_company(self):
        """Make an untouched company a Thai one; one with orders stays as it is."""
        self.thai = self.env["res.lang"]._activate_lang("th_TH")
        company = self.company
        if self.env["sale.order"].search_count([("company_id", "=", company.id)]):
            return
        if self.env["account.move"].search_count([("company_id", "=", company.id)]):
            return
        baht = self.env.ref("base.THB")
        baht.active = True
        company.write(
            {
                "name": "Ruean Bulan Spa & Skincare",
                "country_id": self.env.ref("base.th").id,
                "currency_id": baht.id,
                "customer_tz": "Asia/Bangkok",
                "street": "88/9 ซอยอารีย์ 4",
                "street2": "แขวงพญาไท",
                "city": "เขตพญาไท",
                "state_id": self._state("TH-10").id,
                "zip": "10400",
                "phone": "02-012-3456",
                "email": "hello@example.com",
            }
        )

    def _state(self, code):
        """:return: res.country.state of an ISO code such as TH-10, may be empty"""
        return self.env["res.country.state"].search(
            [("country_id.code", "=", "TH"), ("code", "=", code)], limit=1
        )

    def _create(self, model, named_vals):
        """Create records with XML ids.

        :param named_vals: dict of XML id without module -> values
        :return: dict of the same keys -> record
        """
        records = self.env[model].create(list(named_vals.values()))
        self.env["ir.model.data"]._update_xmlids(
            [
                {"xml_id": f"{MODULE}.{name}", "record": record, "noupdate": True}
                for name, record in zip(named_vals, records, strict=True)
            ]
        )
        return dict(zip(named_vals, records, strict=True))

    def _translate(self, record, fname, thai):
        if self.thai:
            record.with_context(lang="th_TH")[fname] = thai

    def _create_users(self):
        """:return: list of res.users; never touches a user who has such a login"""
        taken = self.env["res.users"].with_context(active_test=False)
        created = {}
        for login, name, groups in USERS:
            if taken.search_count([("login", "=", login)]):
                continue
            created[f"demo_user_{login}"] = {
                "login": login,
                "password": login,
                "name": name,
                "email": f"{login}@example.com",
                "tz": "Asia/Bangkok",
                "lang": "th_TH" if self.thai and login == "sales" else "en_US",
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [Command.link(self.env.ref(group).id) for group in groups],
            }
        return list(self._create("res.users", created).values())

    def _create_branches(self):
        """:return: dict of the code in the data -> crm.branch"""
        made = self._create(
            "crm.branch",
            {
                f"demo_branch_{row['code'].lower()}": {
                    "name": row["name_en"],
                    "code": row["code"],
                    "area": row["area"],
                    "street": row["street"],
                    "street2": row["sub_district"],
                    "city": row["district"],
                    "zip": row["zip"],
                    "state_id": self._state(row["province"]).id,
                    "country_id": self.env.ref("base.th").id,
                    "phone": row["phone"],
                    "company_id": self.company.id,
                }
                for row in self.shop.branches
            },
        )
        for row, branch in zip(self.shop.branches, made.values(), strict=True):
            self._translate(branch, "name", row["name_th"])
        return {branch.code: branch for branch in made.values()}

    def _create_teams(self):
        """:return: dict of channel -> crm.team"""
        made = self._create(
            "crm.team",
            {
                f"demo_team_{code}": {"name": name, "company_id": self.company.id}
                for code, (name, _thai) in TEAMS.items()
            },
        )
        for team, (_name, thai) in zip(made.values(), TEAMS.values(), strict=True):
            self._translate(team, "name", thai)
        return dict(zip(TEAMS, made.values(), strict=True))

    def _create_products(self):
        """:return: dict of code -> product.product, prices without tax"""
        parents = {
            "service": self._create(
                "product.category", {"demo_category_service": {"name": "Spa services"}}
            )["demo_category_service"],
            "product": self._create(
                "product.category", {"demo_category_product": {"name": "Skincare"}}
            )["demo_category_product"],
        }
        self._translate(parents["service"], "name", "บริการสปา")
        self._translate(parents["product"], "name", "ผลิตภัณฑ์บำรุงผิว")
        made = self._create(
            "product.product",
            {
                f"demo_product_{row['code'].lower()}": {
                    "name": row["name_en"],
                    "default_code": row["code"],
                    "type": "service" if row["kind"] == "service" else "consu",
                    "categ_id": parents[row["kind"]].id,
                    "list_price": float(row["price"]),
                    "standard_price": float(row["cost"]),
                    "invoice_policy": "order",
                    # the shop is too small to be registered for VAT
                    "taxes_id": [Command.clear()],
                }
                for row in self.shop.products
            },
        )
        for row, product in zip(self.shop.products, made.values(), strict=True):
            self._translate(product, "name", row["name_th"])
        return {product.default_code: product for product in made.values()}

    # -- customers ------------------------------------------------------------

    def _create_partners(self):
        """:return: list of res.partner in the order of the drawn people"""
        tags = self._create_named("res.partner.category", self.shop.names["tags"])
        sources = self._create_named("utm.source", self.shop.names["sources"])
        groups = {code: self._customer_group(code) for code in GROUPS}
        states = {row.place["province"] for row in self.shop.people}
        states = {code: self._state(code).id for code in states}
        vals_list = [
            {
                **self._profile_vals(person),
                "is_company": bool(person.contact),
                "phone": person.phone,
                "email": person.email,
                "street": f"{person.street} {person.place['street']}",
                "street2": person.place["sub_district"],
                "city": person.place["district"],
                "zip": person.place["zip"],
                "state_id": states[person.place["province"]],
                "country_id": self.env.ref("base.th").id,
                "lang": self._language(person),
                "category_id": [Command.set([tags[tag].id for tag in person.tags])],
                "customer_group_id": groups[person.group].id,
                "acquisition_source_id": sources[person.source].id,
            }
            for person in self.shop.people
        ]
        partners = self.env["res.partner"].with_context(crm_customer=True)
        partners = partners.create(vals_list)
        self._create_contacts(partners)
        return list(partners)

    def _profile_vals(self, person):
        if person.contact:
            return {"name": person.first_name}
        return {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "nickname": person.nickname,
            "gender": person.gender or False,
            "birthdate": person.birthdate,
            "weight": person.weight,
            "height": person.height,
            "residence_type": person.residence or False,
        }

    def _language(self, person):
        thai = self.thai and not person.first_name.isascii()
        return "th_TH" if thai else "en_US"

    def _create_contacts(self, partners):
        """Give each company the person the shop talks to."""
        self.env["res.partner"].create(
            [
                {"name": person.contact, "parent_id": partner.id, "type": "contact"}
                for person, partner in zip(self.shop.people, partners, strict=True)
                if person.contact
            ]
        )

    def _create_named(self, model, rows):
        """:return: dict of English name -> record, one that exists first"""
        records = {}
        for english, thai, *_weight in rows:
            record = self.env[model].search([("name", "=", english)], limit=1)
            if not record:
                record = self.env[model].create({"name": english})
                if record._fields["name"].translate:
                    self._translate(record, "name", thai)
            records[english] = record
        return records

    def _customer_group(self, code):
        return self.env.ref(f"{MODULE}.crm_customer_group_{code}")

    # -- orders ---------------------------------------------------------------

    def _create_orders(self):
        """:return: list of sale.order drafts in the order of the drawn ones"""
        sellers = [user.id for user in self.users[:2]] or [self.env.user.id]
        orders = []
        drawn = iter(self.shop.orders)
        while batch := list(islice(drawn, BATCH)):
            orders += self.env["sale.order"].create(
                [self._order_vals(order, sellers) for order in batch]
            )
        return orders

    def _order_vals(self, order, sellers):
        """:return: dict, dates in UTC"""
        return {
            "partner_id": self._buyer(order).id,
            "date_order": self._to_utc(order.when),
            "branch_id": self.branches[order.branch].id,
            "team_id": self.teams[order.channel].id,
            "user_id": sellers[order.when.toordinal() % len(sellers)],
            "company_id": self.company.id,
            "order_line": [
                Command.create(self._line_vals(code, quantity))
                for code, quantity in order.lines
            ],
        }

    def _line_vals(self, code, quantity):
        """:return: dict; says what Odoo would work out itself, which halves the time"""
        product = self.products[code]
        return {
            "product_id": product.id,
            "product_uom_qty": quantity,
            "product_uom_id": product.uom_id.id,
            "name": product.display_name,
            "price_unit": product.list_price,
            "technical_price_unit": product.list_price,
            "discount": 0.0,
            "tax_ids": [],
            "analytic_distribution": False,
            "customer_lead": 0,
        }

    def _buyer(self, order):
        """:return: res.partner; a company buys through its contact every other time"""
        partner = self.partners[order.person]
        if partner.is_company and partner.child_ids and order.when.day % 2:
            return partner.child_ids[:1]
        return partner

    def _to_utc(self, local):
        moment = self.zone.localize(local)
        return moment.astimezone(pytz.utc).replace(tzinfo=None)

    def _settle_orders(self):
        """Confirm, send or cancel each order as drawn; drafts stay."""
        by_state = {}
        for drawn, order in zip(self.shop.orders, self.orders, strict=True):
            by_state.setdefault(drawn.state, []).append(order.id)
        orders = self.env["sale.order"].with_context(crm_order_import=True)
        orders.browse(by_state.get("sent", [])).write({"state": "sent"})
        sold = iter(by_state.get("sale", []))
        while batch := list(islice(sold, BATCH)):
            confirmed = orders.browse(batch)
            dates = confirmed.mapped("date_order")
            confirmed.action_confirm()
            for order, date_order in zip(confirmed, dates, strict=True):
                if order.date_order != date_order:
                    order.date_order = date_order
        orders.browse(by_state.get("cancel", []))._action_cancel()

    # -- money ----------------------------------------------------------------

    def _collect_payments(self):
        """Most orders are paid online or by QR; the newest get an invoice."""
        sold = self.env["sale.order"].browse(order.id for order in self.orders)
        sold = sold.filtered(lambda order: order.state == "sale")
        since = self.now - timedelta(days=INVOICED_DAYS)
        newest = sold.filtered(lambda order: order.date_order >= since)
        if not self.company.chart_template:
            newest = newest.browse()
        self._pay_online((sold - newest).filtered(lambda order: order.id % 20))
        self._invoice(newest)

    def _pay_online(self, orders):
        """Record a finished payment for each order, as a provider would report it."""
        method = self.env.ref("payment.payment_method_promptpay")
        provider = self._create(
            "payment.provider",
            {"demo_payment_provider": {"name": "PromptPay (demo)", "code": "none"}},
        )["demo_payment_provider"]
        self.env["payment.transaction"].create(
            [
                {
                    "provider_id": provider.id,
                    "payment_method_id": method.id,
                    "reference": f"{order.name}-{order.id}",
                    "amount": order.amount_total,
                    "currency_id": order.currency_id.id,
                    "partner_id": order.partner_id.id,
                    "sale_order_ids": [Command.set(order.ids)],
                    "operation": "online_redirect",
                    "state": "done",
                    "is_post_processed": True,
                    "last_state_change": order.date_order,
                }
                for order in orders
            ]
        )

    def _invoice(self, orders):
        """Invoice these orders per customer and pay two of three invoices."""
        if not orders:
            return
        moves = orders._create_invoices()
        moves.invoice_date = max(orders.mapped("date_order")).date()
        moves.action_post()
        paid = moves.filtered(lambda move: move.id % 3)
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        )
        register.create({"group_payment": False}).action_create_payments()
