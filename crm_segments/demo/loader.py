"""Put the drawn shop into the database, through the ORM and in batches.

Loaded by the demo XML only; nothing imports it in production. Loading twice changes
nothing: the branch made first carries an XML id, and its presence ends the loading.
"""

import logging
import time

import pytz

from odoo import Command, fields

from .contacts import ContactLoader
from .customers import CustomerLoader
from .generator import DEFAULT_CUSTOMERS, build_shop
from .orders import OrderLoader

_logger = logging.getLogger(__name__)

MODULE = "crm_segments"
# login and password are the same; said by setup/run and in the README
USERS = (
    (
        "owner",
        "บุหลัน (Owner)",
        (
            "crm_segments.crm_segments_group_manager",
            "sales_team.group_sale_manager",
            "base.group_allow_export",
        ),
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


class _Loader(CustomerLoader, OrderLoader, ContactLoader):
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
        self._place_users()
        self.teams = self._create_teams()
        self.products = self._create_products()
        self.partners = self._create_partners()
        self.orders = self._create_orders()
        self._settle_orders()
        self._collect_payments()
        self._contact_customers()
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
        pricelists = self.env["product.pricelist"].search(
            [("company_id", "in", [False, company.id])]
        )
        pricelists.currency_id = baht
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
        if self.thai and record._fields[fname].translate:
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

    def _place_users(self):
        """The salesperson stands at the first branch."""
        for user in self.users:
            if user.login == "sales":
                user.default_branch_id = self.branches["BKK"]

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
                    "supplier_taxes_id": [Command.clear()],
                    "purchase_ok": row["kind"] == "product",
                }
                for row in self.shop.products
            },
        )
        for row, product in zip(self.shop.products, made.values(), strict=True):
            self._translate(product, "name", row["name_th"])
        return {product.default_code: product for product in made.values()}
