from datetime import date, datetime, timedelta
from decimal import Decimal
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.crm_segments.models import crm_customer_metric

from . import reference
from .common_metrics import MetricsCase

TODAY = date(2024, 3, 1)  # after a leap day; summer time begins on March 10 in the US
ZONES = ("Asia/Bangkok", "America/New_York", "Pacific/Kiritimati", "UTC")
RATES = (Decimal(1), Decimal("0.25"), Decimal("31.5"))

# Local midnights, give or take seconds and hours, are where days go wrong.
moments = st.builds(
    lambda days, offset: datetime(2024, 3, 2) - timedelta(days=days) + offset,
    st.integers(0, 420),
    st.one_of(
        st.sampled_from(
            [timedelta(hours=h, seconds=s) for h in (-14, -7, 0, 4, 5) for s in (-1, 0)]
        ),
        st.timedeltas(timedelta(hours=-12), timedelta(hours=12)),
    ),
).map(lambda moment: moment.replace(microsecond=0))
orders = st.tuples(
    st.integers(0, 4),  # contact
    st.integers(0, 1),  # company
    st.sampled_from(["sale", "sale", "sale", "draft", "sent", "cancel"]),
    moments,
    st.decimals(0, 5000, places=2),
    st.sampled_from(RATES),
)
limits = st.builds(
    reference.Settings,
    tz=st.sampled_from(ZONES),
    new_days=st.integers(0, 60),
    regular_orders=st.integers(0, 4),
    regular_days=st.integers(0, 200),
    lapsed_orders=st.integers(0, 3),
    lapsed_days=st.integers(0, 200),
    rhythm_factor=st.decimals(1, 6, places=1),
    rhythm_days=st.integers(0, 60),
)


@tagged("post_install", "-at_install")
class TestMetricProperty(MetricsCase):
    """Random shops: SQL and plain Python must agree on every customer, to the satang.

    Rows are written by SQL here: what is under test is the computation, and how
    changes get to the queue has its own tests.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # scores compare all customers of a company, so there are no others in these
        cls.companies = cls.env["res.company"].create(
            [{"name": "First"}, {"name": "Second"}]
        )
        cls.companies.currency_id = cls.company.currency_id
        group = cls.env["res.partner"].create({"name": "Group", "is_company": True})
        cls.contacts = cls.env["res.partner"].create(
            [{"name": f"Contact {i}"} for i in range(3)]
            + [{"name": f"Branch {i}", "parent_id": group.id} for i in range(2)]
        )
        # Rows are copied from one made by Odoo: other modules have columns of theirs.
        sample = cls.env["sale.order"].create({"partner_id": group.id})
        cls.env.flush_all()
        cls.env.cr.execute(
            "SELECT to_jsonb(o)::text FROM sale_order o WHERE id = %s", [sample.id]
        )
        [cls.sample] = cls.env.cr.fetchone()
        sample.unlink()
        cls.env.flush_all()

    def apply(self, company, values):
        self.env.cr.execute(
            """UPDATE res_company SET customer_tz = %s, new_customer_days = %s,
                      regular_customer_orders = %s, regular_customer_days = %s,
                      lapsed_customer_orders = %s, lapsed_customer_days = %s,
                      rhythm_factor = %s, rhythm_min_days = %s
                WHERE id = %s""",
            [
                values.tz,
                values.new_days,
                values.regular_orders,
                values.regular_days,
                values.lapsed_orders,
                values.lapsed_days,
                values.rhythm_factor,
                values.rhythm_days,
                company.id,
            ],
        )

    def insert(self, drawn):
        """:return: list of reference.Order for the rows written"""
        expected = []
        for contact, company, state, when, amount, rate in drawn:
            partner, company = self.contacts[contact], self.companies[company]
            self.env.cr.execute(
                """INSERT INTO sale_order
                   SELECT (jsonb_populate_record(NULL::sale_order, %(sample)s::jsonb
                           || jsonb_build_object(
                              'id', nextval('sale_order_id_seq'), 'name', 'P',
                              'partner_id', %(p)s, 'partner_invoice_id', %(p)s,
                              'partner_shipping_id', %(p)s, 'company_id', %(c)s,
                              'state', %(state)s, 'date_order', %(when)s,
                              'amount_total', %(amount)s, 'currency_rate', %(rate)s
                           ))).*""",
                {
                    "sample": self.sample,
                    "p": partner.id,
                    "c": company.id,
                    "state": state,
                    "when": when,
                    "amount": amount,
                    "rate": rate,
                },
            )
            expected.append(
                reference.Order(
                    partner.commercial_partner_id.id,
                    company.id,
                    state,
                    when,
                    amount / rate,
                )
            )
        return expected

    def assertRows(self, expected, as_of, values, cuts=None):
        """:return: the borders between the scores"""
        customers = self.contacts.commercial_partner_id.ids
        settings_ = dict(zip(self.companies.ids, values, strict=True))
        rows = reference.customer_rows(expected, as_of, settings_, cuts=cuts)
        measured = reference.company_cuts(rows)
        stored = reference.stored_rows(self.env, customers)
        self.assertEqual(stored.keys(), rows.keys())
        for key, row in rows.items():
            gap = stored[key].pop("average_gap_days"), row.pop("average_gap_days")
            self.assertEqual(stored[key], row)
            self.assertAlmostEqual(*(value or 0 for value in gap))
        return measured

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        before=st.lists(orders, max_size=12),
        later=st.lists(orders, max_size=4),
        values=st.tuples(limits, limits),
        days=st.integers(0, 30),
        few=st.sampled_from([1, 1000]),
    )
    def test_sql_equals_plain_python(self, before, later, values, days, few):
        """A full pass; then changes by the queue alone, scored by the borders of that
        pass or, in a small shop, by new ones; then a full pass, and one that finds
        nothing left to do."""
        self.env.cr.execute("SAVEPOINT example")
        try:
            with patch.object(crm_customer_metric, "FEW_CUSTOMERS", few):
                self.run_example(before, later, values, TODAY - timedelta(days=days))
        finally:
            self.env.cr.execute("ROLLBACK TO SAVEPOINT example")

    def run_example(self, before, later, values, as_of):
        for company, chosen in zip(self.companies, values, strict=True):
            self.apply(company, chosen)
        expected = self.insert(before)
        self.metrics._rebuild(as_of=as_of)
        cuts = self.assertRows(expected, as_of, values)

        expected += self.insert(later)
        if before:
            self.env.cr.execute(
                "DELETE FROM sale_order WHERE id = (SELECT min(id) FROM sale_order"
                " WHERE name = 'P')"
            )
            expected.pop(0)
        self.queue._add_pairs(
            (customer, None) for customer in self.contacts.commercial_partner_id.ids
        )
        self.metrics._refresh_dirty()
        # the queue looks from today, which is long after every order
        params = self.metrics._metric_params(company_ids=self.companies.ids)
        today = {param.company_id: param.as_of for param in params}
        self.assertRows(expected, today, values, self.kept_cuts(cuts, expected, today))
        self.assertEqual(self.drift(), [])
        self.metrics._rebuild(company_ids=self.companies.ids)
        self.assertRows(expected, today, values)
        self.assertEqual(self.metrics._rebuild(company_ids=self.companies.ids), 0)

    def kept_cuts(self, cuts, expected, today):
        """The borders that the queue scores by: those of the pass before, or new ones
        in a shop that had too few customers."""
        settings_ = {id_: reference.settings_of(self.reread(id_)) for id_ in today}
        rows = reference.customer_rows(expected, today, settings_)
        measured = reference.company_cuts(rows)
        few = crm_customer_metric.FEW_CUSTOMERS
        return {
            company: measured[company] if few > 1 or not cuts.get(company) else kept
            for company, kept in {**measured, **cuts}.items()
            if company in measured
        }

    def reread(self, company_id):
        company = self.env["res.company"].browse(company_id)
        company.invalidate_recordset()
        return company

    def drift(self):
        found = self.metrics._check_metrics()
        return [row for row in found if row["company_id"] in self.companies.ids]
