from odoo.tests import tagged
from odoo.tools import SQL

from ..tools import campaign_sql
from .common_recipients import CampaignCase

MANY = 3000  # more than what is faster to read than to look up
TABLES = (
    *("res_partner", "crm_consent", "mailing_assignment", "crm_sms_stop"),
    "phone_blacklist",
)


@tagged("post_install", "-at_install")
class TestCampaignPlan(CampaignCase):
    """A shop moves in and writes to everybody: thousands of customers and consents of
    which the database's statistics know nothing yet. A plan that goes through all of
    them again for each customer takes an hour where a second would do."""

    def setUp(self):
        for table in TABLES:
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
        super().setUp()
        self.env["crm.sms.stop"]._stop(
            self.company, [f"+66830{number:06}" for number in range(MANY)], "manual"
        )
        self.partners = self.new_customers()
        self.mailing = self.campaign(
            customer_domain=[["name", "=like", "Guest %"]], holdout_percent=10
        )

    def new_customers(self):
        """:return: customers who agreed, by SQL"""
        rows = self.env.execute_query(
            SQL(
                """INSERT INTO res_partner (name, phone, phone_sanitized, active, type,
                                            autopost_bills)
                   SELECT 'Guest ' || n, '081', '+66820' || lpad(n::text, 6, '0'),
                          TRUE, 'contact', 'ask'
                     FROM generate_series(1, %s) n RETURNING id""",
                MANY,
            )
        )
        ids = [id_ for (id_,) in rows]
        self.env.cr.execute(
            """UPDATE res_partner SET commercial_partner_id = id
                WHERE commercial_partner_id IS NULL"""
        )
        self.env.cr.execute(
            """INSERT INTO crm_consent (partner_id, purpose, given, date, company_id)
               SELECT id, 'marketing_sms', TRUE, '2024-01-01', %s FROM unnest(%s) id""",
            [self.company.id, ids],
        )
        return self.env["res.partner"].browse(ids)

    def assertLooksOnce(self, statement):
        """Each row of each table is looked at a few times, however many there are."""
        self.env.flush_all()
        everything = sum(
            self.env.execute_query(
                SQL("SELECT count(*) FROM %s", SQL.identifier(table))
            )[0][0]
            for table in TABLES
        )
        self.assertLess(self._rows_visited(statement), 20 * everything)

    def _rows_visited(self, statement):
        """:return: how many rows the nodes of the plan looked at, in all"""
        ((plan,),) = self.env.execute_query(
            SQL("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) %s", statement)
        )

        def visited(node):
            rows = node["Actual Rows"] + node.get("Rows Removed by Join Filter", 0)
            rows += node.get("Rows Removed by Filter", 0)
            below = sum(map(visited, node.get("Plans", ())))
            return rows * node["Actual Loops"] + below

        return visited(plan[0]["Plan"])

    def test_choosing(self):
        channel = self.mailing._campaign_channel()
        statement = campaign_sql.note_recipients(
            self.mailing,
            self.mailing._chosen_sql(),
            channel,
            self.mailing._agreed(channel),
            [("A", 50), ("B", 50)],
        )
        self.assertLooksOnce(statement)
        found = self.rows(self.mailing)
        self.assertEqual(len(found), MANY + len(self.people))
        self.assertEqual({row[3] for row in found.values()}, {"none"})

    def test_who_said_no_meanwhile(self):
        self.mailing._note_recipients()
        no = self.partners[:5]
        no._crm_record_consent("marketing_sms", given=False)
        channel = self.mailing._campaign_channel()
        self.assertLooksOnce(
            campaign_sql.skip_who_said_no(
                self.mailing, channel, self.mailing._agreed(channel)
            )
        )
        self.assignments.invalidate_model()
        found = self.rows(self.mailing)
        self.assertEqual(
            {customer for customer, row in found.items() if row[3] == "opted_out"},
            set(no),
        )
