from collections import defaultdict
from datetime import date, datetime, timedelta
from random import Random
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ..tools.report_period import period_days, whole_months
from .common_metrics import PaymentsCase
from .reference import local_day

CHANNELS = [("line", "LINE"), ("facebook", "Facebook"), ("web", "Web chat")]
MONTHS = {
    "March": (date(2024, 3, 1), date(2024, 3, 31)),
    "April": (date(2024, 4, 1), date(2024, 4, 30)),
}


class ReportCase(PaymentsCase):
    """A shop with orders, payments and chats of January to April 2024, and the same in
    plain Python lists."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.messages = []  # id, contact, channel, direction, moment (UTC)
        history = cls.env.registry["crm.contact.history"]
        cls.startClassPatcher(
            patch.object(history, "_selection_channel", lambda self: CHANNELS)
        )
        cls.startClassPatcher(
            patch.object(
                history,
                "_contact_history_sources",
                lambda self: {"test": cls._message_rows()},
            )
        )
        cls.partners = cls.env["res.partner"]

    @classmethod
    def _message_rows(cls):
        rows = SQL(", ").join(
            SQL("(%s, %s, %s::varchar, %s::varchar, %s::timestamp)", *message)
            for message in cls.messages
        )
        return SQL(
            """SELECT m.id, m.partner_id, NULL::int, m.channel, m.direction, m.date,
                      'Hello'::varchar, NULL::int, NULL::varchar, NULL::varchar,
                      NULL::int
                 FROM (VALUES (0, 0, '', '', NULL::timestamp) %s)
                      AS m(id, partner_id, channel, direction, date) WHERE m.id > 0""",
            SQL(", %s", rows) if cls.messages else SQL(),
        )

    @classmethod
    def write_to_shop(cls, partner, channel, moment, direction="in"):
        number = len(cls.messages) + 1
        cls.messages.append((number, partner.id, channel, direction, moment))

    def report(self, first, last, model="res.partner", user=None, **context):
        """:return: the model with the context of the report about these days"""
        records = self.env[model].with_user(user) if user else self.env[model]
        return records.with_context(
            report_period="custom",
            report_from=str(first),
            report_to=str(last),
            **context,
        )


@tagged("post_install", "-at_install")
class TestReportPeriod(PaymentsCase):
    """A report that opens on the wrong month is wrong in every figure."""

    def test_names(self):
        today = date(2024, 2, 29)
        expected = {
            None: ("this_month", date(2024, 2, 1), date(2024, 2, 29)),
            "last_month": ("last_month", date(2024, 1, 1), date(2024, 1, 31)),
            "this_quarter": ("this_quarter", date(2024, 1, 1), date(2024, 3, 31)),
            "this_year": ("this_year", date(2024, 1, 1), date(2024, 12, 31)),
            "custom": ("this_month", date(2024, 2, 1), date(2024, 2, 29)),
        }
        for name, period in expected.items():
            self.assertEqual(period_days(name, today), period)
        self.assertEqual(
            period_days("custom", today, date(2024, 5, 9), date(2024, 5, 2)),
            ("custom", date(2024, 5, 2), date(2024, 5, 9)),
        )

    def test_months(self):
        self.assertEqual(
            whole_months(date(2024, 2, 5), date(2024, 3, 1), at_least=12),
            (date(2023, 4, 1), date(2024, 3, 31)),
        )
        self.assertEqual(
            whole_months(date(2022, 2, 5), date(2024, 3, 1), at_least=12)[0],
            date(2022, 2, 1),
        )

    @freeze_time("2024-05-31 17:30:00")
    def test_opens_on_the_month_of_the_shop(self):
        """In Bangkok June has begun."""
        period = self.env["res.partner"].get_report_period()
        self.assertEqual(
            period, {"period": "this_month", "from": "2024-06-01", "to": "2024-06-30"}
        )


@tagged("post_install", "-at_install")
class TestCustomerReport(ReportCase):
    """Every figure of two different months against loops over lists."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        random = Random(5)
        cls.teams = cls.env["crm.team"].create([{"name": "Shop"}, {"name": "Web"}])
        cls.groups = cls.env["crm.customer.group"].create(
            [{"name": "Test retail"}, {"name": "Test wholesale"}]
        )
        cls.tag = cls.env["res.partner.category"].create({"name": "VIP"})
        states = cls.env.ref("base.th").state_ids[:2] or cls.env["res.country.state"]
        cls.customers = cls.env["res.partner"].create(
            [
                {
                    "name": f"Report {number:02}",
                    "customer_group_id": cls.groups[number % 3].id
                    if number % 3 < 2
                    else False,
                    "category_id": [(6, 0, cls.tag.ids if number % 2 else [])],
                    "zip": f"10{number % 4}00",
                    "state_id": states[number % 2].id if states else False,
                }
                for number in range(12)
            ]
        )
        cls.contact = cls.env["res.partner"].create(
            {"name": "Contact", "parent_id": cls.customers[0].id}
        )
        cls.orders, cls.paid, cls.wrote = [], [], []
        for number in range(40):
            cls._order_of(random, number)
        for _number in range(25):
            cls._message_of(random)
        cls.customers._ensure_member_number()
        cls.settle()

    @classmethod
    def _buyer(cls, random):
        partner = random.choice(cls.customers[:9] | cls.contact)
        return partner, partner.commercial_partner_id

    @classmethod
    def _order_of(cls, random, number):
        partner, customer = cls._buyer(random)
        moment = datetime(2024, 1, 10) + timedelta(hours=random.randint(0, 2600))
        team = random.choice(cls.teams)
        amount = random.randint(100, 9000)
        sold = number % 5 > 0
        order = cls.order(
            str(moment), amount, sold, partner_id=partner.id, team_id=team.id
        )
        day = local_day(moment, "Asia/Bangkok")
        if not sold:
            return
        cls.orders.append((customer, day, team))
        if number % 3 == 0:
            later = moment + timedelta(hours=random.randint(0, 900))
            cls.transaction(
                cls, order, amount, last_state_change=later, reference=f"r{number}"
            )
            cls.paid.append((customer, local_day(later, "Asia/Bangkok"), amount))
        elif number % 3 == 1:
            invoice = cls.invoice(cls, order, day=day)
            half, later = amount // 2, day + timedelta(days=random.randint(0, 40))
            cls.pay(cls, invoice, half, day)
            cls.pay(cls, invoice, amount - half, later)
            cls.paid += [(customer, day, half), (customer, later, amount - half)]
            if number % 2:
                back = later + timedelta(days=20)
                refund = invoice._reverse_moves([{"invoice_date": back}])
                refund.action_post()
                cls.pay(cls, refund, half, back)
                cls.paid.append((customer, back, -half))

    @classmethod
    def _message_of(cls, random):
        partner = random.choice(cls.customers[4:11] | cls.contact)
        moment = datetime(2024, 2, 20) + timedelta(hours=random.randint(0, 1700))
        channel = random.choice(["line", "line", "facebook"])
        direction = random.choice(["in", "in", "out"])
        cls.write_to_shop(partner, channel, moment, direction)
        if direction == "in":
            day = local_day(moment, "Asia/Bangkok")
            cls.wrote.append((partner.commercial_partner_id, day, channel))

    def expect(self, first, last):
        """:return: dict customer to (orders, paid, status), sets of customers by
        channel, by team, set of the active"""
        days = [[row for row in rows if first <= row[1] <= last] for rows in self.facts]
        orders, paid, wrote = days
        figures = {}
        for customer in self.customers:
            mine = sum(row[0] == customer for row in orders)
            before = any(row[0] == customer and row[1] < first for row in self.orders)
            status = ("returning" if before else "new") if mine else "none"
            amount = sum(row[2] for row in paid if row[0] == customer)
            figures[customer] = (mine, amount, status)
        channels, teams = defaultdict(set), defaultdict(set)
        for customer, _day, channel in wrote:
            channels[channel].add(customer)
        for customer, _day, team in orders:
            teams[team].add(customer)
        active = {row[0] for rows in days for row in rows}
        return figures, channels, teams, active

    @property
    def facts(self):
        return self.orders, self.paid, self.wrote

    def among(self, *conditions):
        return [("id", "in", self.customers.ids), *conditions]

    def test_the_sample_is_worth_it(self):
        for first, last in MONTHS.values():
            figures, channels, teams, active = self.expect(first, last)
            statuses = {status for _orders, _paid, status in figures.values()}
            self.assertLessEqual({"returning", "none"}, statuses)
            self.assertTrue(len(channels) == len(teams) == 2)
            self.assertTrue(0 < len(active) < len(self.customers))

    def test_rows(self):
        for month, (first, last) in MONTHS.items():
            with self.subTest(month):
                figures, channels, teams, active = self.expect(first, last)
                customers = self.customers.with_env(self.report(first, last).env)
                for customer in customers:
                    self.assertEqual(
                        (
                            customer.report_order_count,
                            customer.report_paid,
                            customer.report_status,
                            customer.report_active,
                        ),
                        (*figures[customer], customer in active),
                    )
                    channel, team = customer.report_channel, customer.report_team_id
                    self.assertEqual(
                        bool(channel), any(map(customer.__eq__, self._all(channels)))
                    )
                    if channel:
                        self.assertIn(customer, channels[channel])
                    if team:
                        self.assertIn(customer, teams[team])

    def _all(self, sets):
        return set().union(*sets.values())

    def test_filters(self):
        """R2: each finds exactly the customers that a loop finds."""
        for month, (first, last) in MONTHS.items():
            figures, channels, teams, active = self.expect(first, last)
            everybody = set(self.customers)
            amounts = {customer: row[1] for customer, row in figures.items()}
            status = {customer: row[2] for customer, row in figures.items()}
            some = sorted(amounts.values())[-3]
            shop = self.teams[0]
            expected = {
                ("report_active", "=", True): active,
                ("report_active", "=", False): everybody - active,
                ("report_paid", ">", 0): {c for c in amounts if amounts[c] > 0},
                ("report_paid", ">=", some): {c for c in amounts if amounts[c] >= some},
                ("report_paid", "<", some): {c for c in amounts if amounts[c] < some},
                ("report_paid", "=", 0): {c for c in amounts if amounts[c] == 0},
                ("report_order_count", ">=", 2): {
                    c for c in figures if figures[c][0] >= 2
                },
                ("report_order_count", "=", 0): {
                    c for c in figures if figures[c][0] == 0
                },
                ("report_status", "=", "new"): {
                    c for c in status if status[c] == "new"
                },
                ("report_status", "!=", "none"): {
                    c for c in status if status[c] != "none"
                },
                ("report_channel", "=", "line"): channels["line"],
                ("report_channel", "=", "web"): set(),
                ("report_channel", "!=", False): self._all(channels),
                ("report_channel", "=", False): everybody - self._all(channels),
                ("report_team_id", "=", shop.id): teams[shop],
                ("report_team_id", "ilike", "Shop"): teams[shop],
                ("report_team_id", "=", False): everybody - self._all(teams),
                ("zip", "=", "10100"): {c for c in everybody if c.zip == "10100"},
                ("category_id", "=", self.tag.id): {
                    c for c in everybody if self.tag in c.category_id
                },
            }
            for condition, found in expected.items():
                with self.subTest(month, condition=condition):
                    records = self.report(first, last).search(self.among(condition))
                    self.assertEqual(set(records), found)

    def test_update_date(self):
        """R2: whose data was changed in the period."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET write_date = '2024-03-05' WHERE id = %s",
            [self.customers[3].id],
        )
        self.env.invalidate_all()
        first, last = MONTHS["March"]
        found = self.report(first, last).search(
            self.among(("write_date", ">=", first), ("write_date", "<=", last))
        )
        self.assertEqual(found, self.customers[3])

    def test_sort(self):
        """R5: both ways, page by page."""
        for first, last in MONTHS.values():
            figures = self.expect(first, last)[0]
            amounts = sorted((row[1] for row in figures.values()), reverse=True)
            report = self.report(first, last)
            for order, expected in (
                ("report_paid desc, id", amounts),
                ("report_paid, id", amounts[::-1]),
            ):
                pages = [
                    report.search(self.among(), order=order, limit=5, offset=offset)
                    for offset in (0, 5, 10)
                ]
                found = [c.report_paid for page in pages for c in page]
                self.assertEqual(found, expected)

    def test_summary(self):
        """R1: customers, per group, per chat by people, sales channel apart."""
        for month, (first, last) in MONTHS.items():
            with self.subTest(month):
                figures, channels, teams, active = self.expect(first, last)
                domain = self.among(("report_active", "=", True))
                report = self.report(first, last)
                data = report.get_customer_report(domain)
                rows = [row for c, row in figures.items() if c in active]
                self.assertEqual(
                    data["numbers"],
                    {
                        "customers": len(active),
                        "new": sum(row[2] == "new" for row in rows),
                        "returning": sum(row[2] == "returning" for row in rows),
                        "orders": sum(row[0] for row in rows),
                        "paid": sum(row[1] for row in rows),
                        "wrote": len(self._all(channels)),
                    },
                )
                blocks = {block["name"]: block["parts"] for block in data["blocks"]}
                self._check_block(
                    blocks["customer_group_id"], "customer_group_id", active
                )
                self._check_block(
                    blocks["customer_lifecycle"], "customer_lifecycle", active
                )
                counts = {
                    part["label"]: part["count"] for part in blocks["report_channel"]
                }
                self.assertEqual(
                    counts,
                    {dict(CHANNELS)[key]: len(who) for key, who in channels.items()},
                )
                marks = [part["mark"] for part in blocks["report_channel"]]
                self.assertEqual(marks, ["most", "least"])
                counts = {
                    part["label"]: part["count"] for part in blocks["report_team_id"]
                }
                self.assertEqual(
                    counts, {team.name: len(who) for team, who in teams.items()}
                )
                for parts in blocks.values():
                    for part in parts:
                        found = report.search_count(
                            Domain(domain) & Domain(part["domain"])
                        )
                        self.assertEqual(found, part["count"], part)

    def _check_block(self, parts, name, active):
        counts = defaultdict(int)
        for customer in active:
            value = customer[name]
            counts[getattr(value, "id", value)] += 1
        self.assertEqual(
            {part["domain"][0][2]: part["count"] for part in parts}, counts
        )

    def test_groups_of_pivot_and_graph(self):
        for first, last in MONTHS.values():
            figures, channels, _teams, _active = self.expect(first, last)
            report = self.report(first, last)
            rows = report._read_group(
                self.among(), ["customer_group_id"], ["__count", "report_paid:sum"]
            )
            for group, count, paid in rows:
                mine = [c for c in self.customers if c.customer_group_id == group]
                self.assertEqual(count, len(mine))
                self.assertEqual(paid, sum(figures[c][1] for c in mine))
            rows = dict(
                report._read_group(self.among(), ["report_channel"], ["__count"])
            )
            for channel, who in channels.items():
                self.assertEqual(rows[channel], len(who))
        fields = self.partners.fields_get(["report_paid", "report_order_count"])
        for field in fields.values():
            self.assertEqual((field["sortable"], field["aggregator"]), (True, "sum"))

    def test_drill_down(self):
        """From the figures to the orders and payments of the customers behind them."""
        for first, last in MONTHS.values():
            figures = self.expect(first, last)[0]
            report = self.report(first, last)
            domain = self.among(("report_status", "=", "returning"))
            mine = [c for c in figures if figures[c][2] == "returning"]
            action = report.get_report_orders_action(domain)
            orders = self._records(action)
            self.assertEqual(len(orders), sum(figures[c][0] for c in mine))
            action = report.get_report_payments_action(domain)
            payments = self._records(action)
            self.assertEqual(
                round(sum(payments.mapped("amount")), 2),
                sum(figures[c][1] for c in mine),
            )
            customer = mine[0].with_env(report.env)
            self.assertEqual(
                len(self._records(customer.action_report_orders())),
                figures[customer][0],
            )
            page = payments[:1].action_open_customer()
            self.assertEqual(page["res_id"], payments[:1].customer_id.id)

    def _records(self, action):
        model = self.env[action["res_model"]].with_context(**action["context"])
        return model.search(action["domain"])

    def test_best_of_each_month(self):
        """R5: top N of each month, by a loop over the payments."""
        sums = defaultdict(lambda: defaultdict(int))
        for customer, day, amount in self.paid:
            if day <= date(2024, 4, 30):
                sums[day.replace(day=1)][customer.id] += amount
        expected = {
            month: sorted(
                (-amount, customer) for customer, amount in paid.items() if amount > 0
            )[:3]
            for month, paid in sums.items()
        }
        action = self.report(*MONTHS["April"]).get_report_top_action(3)
        found = defaultdict(list)
        for row in self._records(action):
            self.assertEqual(row.place, len(found[row.month]) + 1)
            found[row.month].append((-row.amount, row.customer_id.id))
        self.assertEqual(dict(found), {m: rows for m, rows in expected.items() if rows})
        self.assertGreaterEqual(len(found), 3)

    def test_number_of_places(self):
        top = self.env["crm.customer.top"]
        cleaned = [top._clean_number(number) for number in (0, None, 5, -3, 10**9)]
        self.assertEqual(cleaned, [10, 10, 5, 1, 1000])


@tagged("post_install", "-at_install")
class TestCustomerReportRights(ReportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "crm_segments.crm_segments_group_"
        cls.viewer = new_test_user(cls.env, "report_viewer", groups=f"{group}viewer")
        cls.officer = new_test_user(cls.env, "report_officer", groups=f"{group}officer")
        cls.nobody = new_test_user(cls.env, "report_nobody", groups="base.group_user")
        order = cls.order("2024-03-05 05:00:00", 80)
        moment = datetime(2024, 3, 6)
        cls.transaction(cls, order, 80, last_state_change=moment)
        cls.settle()

    def test_edit_in_place(self):
        """R3: an officer may, a viewer may not."""
        tag = self.env["res.partner.category"].create({"name": "Friend"})
        values = {
            "name": "Somchai Dee",
            "category_id": [(4, tag.id)],
            "note_text": "likes <tea>\nand cake",
        }
        customer = self.customer.with_user(self.officer)
        customer.write(values)
        self.assertEqual(self.customer.name, "Somchai Dee")
        self.assertEqual(self.customer.category_id, tag)
        self.assertIn("&lt;tea&gt;", self.customer.comment)
        customer.invalidate_recordset()
        self.assertEqual(customer.note_text, "likes <tea>\nand cake")
        customer.note_text = False
        self.assertFalse(self.customer.comment)
        for name, value in values.items():
            with self.subTest(name), self.assertRaises(AccessError):
                self.customer.with_user(self.viewer).write({name: value})

    def test_who_sees_the_figures(self):
        first, last = MONTHS["March"]
        mine = [("id", "=", self.customer.id)]
        for user in (self.viewer, self.officer):
            report = self.report(first, last, user=user)
            self.assertEqual(report.search(mine).report_paid, 80)
            self.assertEqual(report.get_customer_report(mine)["numbers"]["paid"], 80)
            self.assertEqual(report.search_count([*mine, ("report_paid", ">", 79)]), 1)
            top = self._records(report.get_report_top_action(5), user)
            self.assertIn(self.customer, top.customer_id)
        report = self.report(first, last, user=self.nobody)
        for call in (
            lambda: report.search(mine).report_paid,
            lambda: report.search([("report_paid", ">", 79)]),
            lambda: report.search(mine, order="report_paid desc"),
            lambda: report.get_customer_report(mine),
            lambda: self._records(report.get_report_top_action(5), self.nobody),
            lambda: report.env["crm.customer.payment"].search([]),
        ):
            with self.assertRaises(AccessError):
                call()

    def _records(self, action, user):
        model = self.env[action["res_model"]].with_user(user)
        return model.with_context(**action["context"]).search(action["domain"])

    def test_another_company(self):
        """Its payments are another report; its own customers are not on the list."""
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.env["res.partner"].create(
            {"name": "Stranger", "company_id": other.id}
        )
        stranger.with_company(other)._ensure_member_number()
        moment = datetime(2024, 3, 7)
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "company_id": other.id}
        )
        self.transaction(
            order,
            55,
            last_state_change=moment,
            provider_id=self.provider.copy({"company_id": other.id}).id,
        )
        self.officer.company_ids |= other
        first, last = MONTHS["March"]
        report = self.report(
            first, last, user=self.officer, allowed_company_ids=self.company.ids
        )
        mine = [("id", "in", (self.customer | stranger).ids)]
        self.assertEqual(report.search(mine), self.customer)
        self.assertEqual(report.search(mine).report_paid, 80)
        here = report.env["crm.customer.payment"].search(
            [("customer_id", "=", self.customer.id)]
        )
        self.assertEqual(here.mapped("amount"), [80])
        there = report.with_company(other).browse(self.customer.id)
        self.assertEqual(there.report_paid, 55)

    def test_open_chat(self):
        """R4: the conversation of a channel, else what was said."""
        customer = self.customer.with_user(self.viewer)
        action = customer.action_open_chat()
        self.assertEqual(action["res_model"], "crm.contact.history")
        self.write_to_shop(self.customer, "line", datetime(2024, 3, 8))
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows.channel, "line")
        conversation = {"type": "ir.actions.client", "tag": "mail.action_discuss"}
        with patch.object(
            self.env.registry["res.partner"],
            "_get_chat_action",
            lambda self: conversation,
        ):
            self.assertEqual(customer.action_open_chat(), conversation)
