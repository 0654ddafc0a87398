import json
import os
from datetime import date, datetime, timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import Command

from odoo.addons.crm_segments.tools.local_date import local_today

from . import reference, reference_search
from .common_search import CHOICES, SearchCase

FULL = bool(os.environ.get("CRM_SUITE_FULL"))
CUSTOMERS = 5000 if FULL else 400
EXAMPLES = 300 if FULL else 60
NAMES = ("Somchai", "Malee", "Anong", "Prasert", "Kanya")
SALE_STATES = (
    *[("sale", "confirmed")] * 3,
    *(("draft", "draft"), ("sent", "draft"), ("cancel", "cancelled")),
)
ZIPS = ("10110", "10250", "50200", "83000", "")


def copy_rows(env, table, sample, rows):
    """Insert rows that are like ``sample`` beside the values given."""
    env.flush_all()
    env.cr.execute(
        f"SELECT to_jsonb(t)::text FROM {table} t WHERE id = %s", [sample.id]
    )
    [template] = env.cr.fetchone()
    env.cr.execute(
        f"""INSERT INTO {table}
            SELECT (jsonb_populate_record(NULL::{table}, %s::jsonb || row)).*
              FROM jsonb_array_elements(%s::jsonb) AS row""",
        [template, json.dumps(rows, default=str)],
    )


class RandomSearchCase(SearchCase):
    """Random forms over random customers with orders in every state: the list shows
    exactly those whom a plain loop finds. Modules with other orders add theirs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = Random(23)
        cls.today = local_today(cls.env)
        cls.other = cls.env["res.company"].create({"name": "Second"})
        cls.make_masters()
        cls.make_customers()
        cls.make_orders()
        cls.make_other_orders()
        cls.env["crm.customer.metric"]._rebuild()
        cls.env.cr.execute("ANALYZE res_partner, sale_order, sale_order_line")
        cls.read_figures()

    @classmethod
    def make_masters(cls):
        create = {
            "res.partner.category": [{"name": f"Tag {n}"} for n in range(4)],
            "crm.team": [{"name": f"Channel {n}"} for n in range(3)],
            "crm.branch": [
                {"name": f"Branch {n}", "area": area}
                for n, area in enumerate(("West", "West", "East", False))
            ],
        }
        made = {model: cls.env[model].create(rows) for model, rows in create.items()}
        cls.tags, cls.teams, cls.branches = made.values()
        cls.groups = cls.env["crm.customer.group"].search([], limit=3)
        cls.states = cls.env.ref("base.th").state_ids[:4]
        drinks = cls.env["product.category"].create({"name": "Drinks"})
        tea = drinks.create({"name": "Tea", "parent_id": drinks.id})
        food = drinks.create({"name": "Food"})
        cls.categories = drinks | tea | food
        cls.above = {drinks: {drinks.id}, tea: {tea.id, drinks.id}, food: {food.id}}
        cls.products = cls.env["product.product"].create(
            [
                {"name": f"Product {n}", "categ_id": category.id, "type": "service"}
                for n, category in enumerate((drinks, tea, tea, food, food))
            ]
        )

    @classmethod
    def make_customers(cls):
        choice, rows = cls.random.choice, []
        for number in range(CUSTOMERS):
            born = date(1950, 1, 1) + timedelta(cls.random.randrange(25000))
            rows.append(
                {
                    "name": f"{choice(NAMES)} Buyer{number}",
                    "gender": choice(("female", "male", "other", False)),
                    "birthdate": choice((born, born, False)),
                    "weight": choice((0, 45.5, 60, 72.25, 90)),
                    "height": choice((0, 150, 165.5, 180)),
                    "state_id": choice((*cls.states.ids, False)),
                    "country_id": cls.env.ref("base.th").id,
                    "zip": choice(ZIPS),
                    "residence_type": choice(
                        ("townhouse", "condominium", "flat", False)
                    ),
                    "customer_group_id": choice((*cls.groups.ids, False)),
                    "category_id": cls.random.sample(
                        cls.tags.ids, cls.random.randrange(3)
                    ),
                }
            )
        cls.records = cls.partners.create(rows)
        agreed = cls.records.filtered(lambda _partner: cls.random.random() < 0.4)
        agreed._crm_record_consent("marketing_sms")
        cls.customers = {
            partner.id: reference_search.Customer(
                id=partner.id,
                name=partner.name,
                gender=row["gender"],
                birthdate=row["birthdate"] or None,
                weight=row["weight"],
                height=row["height"],
                state=row["state_id"],
                zip=row["zip"],
                residence=row["residence_type"],
                group=row["customer_group_id"],
                tags=set(row["category_id"]),
                sms=partner in agreed,
            )
            for partner, row in zip(cls.records, rows, strict=True)
        }

    @classmethod
    def make_orders(cls):
        sample = cls.env["sale.order"].create(
            {
                "partner_id": cls.records[0].id,
                "order_line": [Command.create({"product_id": cls.products[0].id})],
            }
        )
        cls.env.flush_all()
        cls.env.cr.execute("SELECT max(id) + 1 FROM sale_order")
        [first_id] = cls.env.cr.fetchone()
        cls.first_sale_id = first_id
        cls.env.cr.execute("SELECT max(id) + 1 FROM sale_order_line")
        [line_id] = cls.env.cr.fetchone()
        contacts = cls.partners.create(
            [{"name": "Contact", "parent_id": each.id} for each in cls.records[:40]]
        )
        orders, lines = [], []
        for partner in (*cls.records, *contacts):
            for _number in range(cls.random.choice((0, 1, 1, 2, 5))):
                row, order = cls.draw_order(partner, SALE_STATES)
                row["id"] = first_id + len(orders)
                orders.append({**row, "name": f"R{row['id']}"})
                for product in cls.draw_products():
                    quantity = cls.random.choice((1, 1, 1, 0))
                    lines.append(
                        {
                            "id": line_id + len(lines),
                            "order_id": row["id"],
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                        }
                    )
                    if quantity:
                        cls.note_bought(order, product)
                cls.note_order(partner, order)
        copy_rows(cls.env, "sale_order", sample, orders)
        copy_rows(cls.env, "sale_order_line", sample.order_line, lines)
        sample.unlink()
        cls.contacts = contacts

    @classmethod
    def make_other_orders(cls):
        """Modules with other orders than those of Sales make theirs."""

    @classmethod
    def draw_order(cls, partner, states, team_field="team_id"):
        """:param states: list of (state of the document, status in the history)
        :return: (dict of a row, what a shopkeeper sees of it, None of another company)
        """
        choice = cls.random.choice
        moment = datetime.combine(cls.today, datetime.min.time()) - timedelta(
            days=cls.random.randrange(1, 400), seconds=cls.random.randrange(86400)
        )
        amount = cls.random.randrange(0, 300000) / 100
        state, status = choice(states)
        mine = cls.random.random() < 0.9
        branch, team = choice((*cls.branches, None)), choice((*cls.teams, None))
        order = None
        if mine:
            day = reference.local_day(moment, "Asia/Bangkok")
            order = reference_search.Order(
                day=day,
                weekday=str(day.isoweekday()),
                hour=(moment + timedelta(hours=7)).hour,
                status=status,
                amount=amount,
                team=team and team.id,
                branch=branch and branch.id,
                area=branch and branch.area,
                products=set(),
                categories=set(),
            )
        row = {
            "partner_id": partner.id,
            "company_id": (cls.company if mine else cls.other).id,
            "date_order": moment,
            "amount_total": amount,
            "currency_rate": 1,
            "state": state,
            team_field: team and team.id,
            "branch_id": branch and branch.id,
        }
        return row, order

    @classmethod
    def draw_products(cls):
        return cls.random.sample(list(cls.products), cls.random.randrange(3))

    @classmethod
    def note_bought(cls, order, product):
        if order:
            order.products.add(product.id)
            order.categories |= cls.above[product.categ_id]

    @classmethod
    def note_order(cls, partner, order):
        if order:
            cls.customers[partner.commercial_partner_id.id].orders.append(order)

    @classmethod
    def read_figures(cls):
        """Figures have tests of their own; paid amounts are made up here."""
        cls.env.cr.execute(
            """UPDATE crm_customer_metric SET amount_paid = (partner_id * 37) %% 900
                WHERE partner_id = ANY(%s)""",
            [cls.records.ids],
        )
        cls.env.invalidate_all()
        for partner in cls.records:
            customer = cls.customers[partner.id]
            customer.lifecycle = partner.customer_lifecycle
            customer.amount_all = partner.customer_amount_total_all
            customer.amount_confirmed = partner.customer_amount_total
            customer.amount_paid = partner.customer_amount_paid
            customer.last_order = partner.customer_last_order_date or None

    def examples(self):
        """:return: dict of each criterion to a strategy of its values"""

        def some(values):
            return st.lists(
                st.sampled_from(list(values)), min_size=1, max_size=2, unique=True
            )

        days = st.integers(1, 400)
        past = days.map(lambda number: self.today - timedelta(number))
        born = st.integers(0, 25000).map(lambda n: date(1950, 1, 1) + timedelta(n))
        found = {
            "text": st.sampled_from(["somch", "Malee", "buyer1", "nobody"]),
            "customer_group_ids": some(self.groups.ids),
            "category_ids": some(self.tags.ids),
            "state_ids": some(self.states.ids),
            "zips": st.sampled_from(["10", "10110, 502", "83000 1025"]),
            "consent_sms": st.sampled_from(["yes", "no"]),
            "product_ids": some(self.products.ids),
            "product_category_ids": some(self.categories.ids),
            "team_ids": some(self.teams.ids),
            "branch_ids": some(self.branches.ids),
            "area_ids": some(["West", "East"]),
            "hour_from": st.integers(0, 23).map(str),
            "hour_to": st.integers(1, 24).map(str),
            "last_order_within": days,
            "last_order_before": days,
            "order_days": days,
        }
        for name, (_criterion, values) in CHOICES.items():
            found[name] = some(values)
        for name, values in (
            ("age", st.integers(1, 80)),
            ("birthday", born),
            ("weight", st.sampled_from([45.5, 50, 72.25])),
            ("height", st.sampled_from([150, 165.5, 170])),
            ("amount", st.integers(1, 9000)),
            ("last_order", past),
            ("order", past),
            ("basket", st.integers(1, 3000)),
            ("order_count", st.integers(1, 4)),
            ("order_amount", st.integers(1, 6000)),
        ):
            found[f"{name}_from"] = found[f"{name}_to"] = values
        return found

    def forms(self, **more):
        ways = {
            "match": st.sampled_from(["all", "all", "any"]),
            "amount_basis": st.sampled_from(["all", "confirmed", "paid"]),
            "order_status": st.sampled_from(["confirmed", "any"]),
        }
        examples = self.examples()
        names = st.lists(
            st.sampled_from(sorted(examples)), min_size=0, max_size=4, unique=True
        )
        return names.flatmap(
            lambda chosen: st.fixed_dictionaries(
                {**ways, **more, **{name: examples[name] for name in chosen}}
            )
        )

    def assertFinds(self, form):
        search = self.fill(form)
        expected = reference_search.found(self.customers.values(), form, self.today)
        found = self.find(search)
        # blocks are joined to "everybody", which may be more than those made here
        self.assertEqual(found & set(self.customers), expected, search.domain)
        self.assertEqual(search.customer_count, len(found))
        self.assertTrue(search.sentence)
        return expected

    def check_any_form(self):
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(
            form=self.forms(),
            blocks=st.lists(
                self.forms(joiner=st.sampled_from(["and", "or", "not"])), max_size=2
            ),
        )
        def check(form, blocks):
            self.assertFinds({**form, "blocks": blocks})

        check()

    def check_each_criterion(self):
        """None is left out, and each finds some of the customers and not all; "but
        not" finds the others, those of whom nothing is known included."""
        examples = self.examples()
        asked = {
            name
            for name in self.searches._criteria_fields()
            if self.searches._fields[name]._module == "crm_segments"
        }
        self.assertEqual(
            asked, examples.keys() | {"match", "amount_basis", "order_status"}
        )
        values = {
            "text": "malee",
            "consent_sms": "yes",
            "zips": "10110, 502",
            "weight_from": 60,
            "weight_to": 60,
            "height_from": 165.5,
            "height_to": 165.5,
            "age_from": 30,
            "age_to": 50,
            "birthday_from": date(1980, 1, 1),
            "birthday_to": date(1980, 1, 1),
            "amount_from": 2000,
            "amount_to": 2000,
            "last_order_within": 100,
            "last_order_before": 100,
            "order_days": 60,
            "hour_from": "22",
            "hour_to": "6",
            "basket_from": 2500,
            "basket_to": 500,
            "order_count_from": 3,
            "order_count_to": 1,
            "order_amount_from": 4000,
            "order_amount_to": 1000,
            "last_order_from": self.today - timedelta(100),
            "last_order_to": self.today - timedelta(100),
            "order_from": self.today - timedelta(100),
            "order_to": self.today - timedelta(100),
        }
        for records, name in (
            (self.groups, "customer_group_ids"),
            (self.tags, "category_ids"),
            (self.states, "state_ids"),
            (self.products, "product_ids"),
            (self.categories[1], "product_category_ids"),
            (self.teams, "team_ids"),
            (self.branches, "branch_ids"),
        ):
            values[name] = records[:1].ids
        values["area_ids"] = ["West"]
        for name, (_criterion, choices) in CHOICES.items():
            values[name] = choices[:1]
        for name in examples:
            expected = self.assertFinds({name: values[name]})
            self.assertTrue(expected, name)
            self.assertLess(len(expected), len(self.customers), name)
            rest = self.assertFinds({"blocks": [{"joiner": "not", name: values[name]}]})
            self.assertEqual(rest, set(self.customers) - expected, name)

    def check_basis_and_status(self):
        for basis in ("all", "confirmed", "paid"):
            self.assertFinds({"amount_from": 500, "amount_basis": basis})
        for status in ("confirmed", "any"):
            self.assertFinds({"order_count_to": 1, "order_status": status})
            self.assertFinds(
                {
                    "product_ids": self.products[:1].ids,
                    "order_count_to": 1,
                    "order_status": status,
                }
            )

    def check_saved_rule_finds_the_same(self):
        """As a segment, after the way through a text."""
        form = {
            "weekday_ids": ["5", "1"],
            "order_days": 200,
            "product_category_ids": self.categories[:1].ids,
            "blocks": [{"joiner": "not", "gender_ids": ["male"]}],
        }
        search = self.fill({**form, "segment_name": "Drinks"})
        expected = reference_search.found(self.customers.values(), form, self.today)
        self.assertTrue(expected)
        action = search.action_save_segment()
        segment = self.env["crm.segment"].browse(action["res_id"])
        members = set(
            self.env["res.partner"].search(segment._get_customers_domain()).ids
        )
        self.assertEqual(members & set(self.customers), expected)
        self.assertEqual((segment.name, segment.kind), ("Drinks", "dynamic"))
