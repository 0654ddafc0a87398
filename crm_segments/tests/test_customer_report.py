from collections import defaultdict
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from random import Random
from unittest.mock import patch

from odoo.fields import Domain
from odoo.tests import tagged

from .common_report import CHANNELS, MONTHS, ReportCase
from .reference import local_day


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

    def test_pages(self):
        """The list and the number of its customers, page by page."""
        report, domain = self.report(*MONTHS["April"]), self.among()
        everybody = report.search(domain, order="report_paid desc, id")
        for offset, limit, count_limit in ((0, 5, 100), (5, 5, 100), (10, 5, 7)):
            with self.subTest(offset=offset, count_limit=count_limit):
                found = report.web_search_read(
                    domain,
                    {"report_paid": {}},
                    offset=offset,
                    limit=limit,
                    order="report_paid desc, id",
                    count_limit=count_limit,
                )
                page = everybody[offset : offset + limit]
                expected = [{"id": c.id, "report_paid": c.report_paid} for c in page]
                self.assertEqual(found["records"], expected)
                self.assertEqual(found["length"], min(len(everybody), count_limit))

    def test_the_period_is_added_up_once(self):
        report = self.report(*MONTHS["April"])
        domain = self.among(("report_active", "=", True))
        with self._counting("res.partner", "_report_activity") as calls:
            report.get_customer_report(domain)
        self.assertEqual(len(calls), 1)
        with self._counting("res.partner", "_report_activity") as calls:
            order = "report_paid desc"
            report.web_search_read(domain, {}, limit=2, order=order, count_limit=9)
        self.assertEqual(len(calls), 1)

    def _counting(self, model, name):
        """:return: context manager of a list that grows by each call of the method"""
        calls, original = [], getattr(self.env.registry[model], name)

        def count(*args, **kwargs):
            calls.append(name)
            return original(*args, **kwargs)

        @contextmanager
        def counting():
            with patch.object(self.env.registry[model], name, count):
                yield calls

        return counting()

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

    def test_months_open_with_one_ranking(self):
        action = self.report(*MONTHS["April"]).get_report_top_action(3)
        top = self.env["crm.customer.top"].with_context(**action["context"])
        expected = [
            (row.month, row.place, row.customer_id.id) for row in top.search([])
        ]
        with self._counting("crm.customer.top", "_ranking_query") as calls:
            months = top.web_read_group(
                action["domain"],
                ["month:month"],
                order="month desc, place",
                auto_unfold=True,
                unfold_read_specification={"place": {}, "month": {}, "customer_id": {}},
            )
        self.assertEqual(len(calls), 1)
        rows = [row for month in months["groups"] for row in month["__records"]]
        self.assertEqual(
            [(row["month"], row["place"], row["customer_id"]) for row in rows], expected
        )

    def test_nobody_paid(self):
        top = self.report(date(2010, 1, 1), date(2010, 1, 31), "crm.customer.top")
        found = top.web_search_read([], {"place": {}}, limit=5)
        self.assertEqual(found, {"length": 0, "records": []})

    def test_a_request_brings_no_ranking(self):
        forged = [[1], [self.customers[0].id], [self.env.company.id]]
        forged += [["2024-04-01"], [1], [10**6]]
        top = self.report(*MONTHS["April"], "crm.customer.top")
        self.assertEqual(
            top.with_context(crm_top_ranking=forged).search([]).mapped("amount"),
            top.search([]).mapped("amount"),
        )

    def test_number_of_places(self):
        top = self.env["crm.customer.top"]
        cleaned = [top._clean_number(number) for number in (0, None, 5, -3, 10**9)]
        self.assertEqual(cleaned, [10, 10, 5, 1, 1000])
