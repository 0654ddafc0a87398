import os

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

MANY = 50_000 if os.environ.get("CRM_SUITE_FULL") else 500


class TagChangeCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tags = cls.env["res.partner.category"]
        cls.vip, cls.old, cls.third = tags.create(
            [{"name": name} for name in ("T vip", "T old", "T third")]
        )
        partners = cls.env["res.partner"].with_context(crm_customer=True)
        cls.customers = partners.create(
            [
                {"name": "Tag A", "category_id": (cls.vip | cls.old).ids},
                {"name": "Tag B", "category_id": cls.old.ids},
                {"name": "Tag C", "category_id": cls.third.ids},
            ]
        )
        cls.outside = partners.create({"name": "Tag D", "category_id": cls.old.ids})
        cls.first, cls.second, cls.last = cls.customers

    def change(self, customers=None, user=None, domain=None, **values):
        """The dialog as the list opens it."""
        if domain is None:
            chosen = {"active_ids": (customers or self.customers).ids}
        else:
            chosen = {"active_domain": domain, "crm_whole_result": domain}
        changes = self.env["crm.tag.change"].with_context(
            active_model="res.partner", **chosen
        )
        if user:
            changes = changes.with_user(user)
        values = {key: [Command.set(tags.ids)] for key, tags in values.items()}
        return changes.create(values)

    def tags(self):
        customers = self.customers | self.outside
        return [set(c.category_id.mapped("name")) for c in customers]


@tagged("post_install", "-at_install")
class TestTagChange(TagChangeCase):
    """One wrong press on fifty thousand customers must be undone as exactly as it was
    done (M8)."""

    def test_add_and_remove(self):
        change = self.change(add_ids=self.vip, remove_ids=self.old)
        self.assertEqual((change.customer_count, change.left_out_count), (3, 0))
        change.action_apply()
        self.assertEqual(
            self.tags(), [{"T vip"}, {"T vip"}, {"T vip", "T third"}, {"T old"}]
        )
        self.assertEqual(change.changed_count, 3)

    def test_undo_is_exact(self):
        """Who had the tag before keeps it, who lost none gets none."""
        before = self.tags()
        change = self.change(add_ids=self.vip | self.third, remove_ids=self.old)
        change.action_apply()
        change.action_undo()
        self.assertEqual(self.tags(), before)
        self.assertEqual(change.state, "undone")
        with self.assertRaises(UserError):
            change.action_undo()
        with self.assertRaises(UserError):
            change.action_apply()

    def test_undo_after_other_changes(self):
        change = self.change(add_ids=self.vip, remove_ids=self.old)
        change.action_apply()
        self.first.category_id = self.old
        self.second.unlink()
        self.third.unlink()
        change.action_undo()
        self.assertEqual(self.first.category_id, self.old)
        self.assertFalse(self.last.category_id)

    def test_selection_by_a_tag_that_goes(self):
        """Everybody tagged old becomes VIP: the filter changes under its feet."""
        domain = [["category_id", "in", self.old.ids]]
        change = self.change(domain=domain, add_ids=self.vip, remove_ids=self.old)
        self.assertEqual(change.customer_count, 3)
        change.action_apply()
        self.assertEqual(self.tags(), [{"T vip"}, {"T vip"}, {"T third"}, {"T vip"}])
        change.action_undo()
        self.assertEqual(self.outside.category_id, self.old)
        self.assertEqual(self.first.category_id, self.vip | self.old)

    def test_who_changed_the_customers(self):
        """Only those who got or lost a tag were changed, and by whom is noted."""
        long_ago = fields.Datetime.to_datetime("2020-01-01 00:00:00")
        officer = new_test_user(
            self.env,
            "tagger",
            "crm_segments.crm_segments_group_officer,base.group_partner_manager",
        )
        change = self.change(self.customers, officer, add_ids=self.third)
        changed = self.first | self.second
        for step in (change.action_apply, change.action_undo):
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE res_partner SET write_date = %s, write_uid = 1"
                " WHERE id = ANY(%s)",
                (long_ago, self.customers.ids),
            )
            self.env.invalidate_all()
            step()
            self.assertEqual(changed.write_uid, officer)
            self.assertGreater(min(changed.mapped("write_date")), long_ago)
            self.assertEqual(self.last.write_date, long_ago)

    def test_nothing_to_change(self):
        change = self.change(self.last, add_ids=self.third, remove_ids=self.old)
        change.action_apply()
        self.assertEqual(change.changed_count, 0)

    def test_refused(self):
        with self.assertRaisesRegex(UserError, "Choose a tag"):
            self.change().action_apply()
        with self.assertRaisesRegex(UserError, "T vip cannot be added and removed"):
            self.change(add_ids=self.vip, remove_ids=self.vip).action_apply()
        with self.assertRaisesRegex(UserError, "Tick some customers"):
            self.env["crm.tag.change"].create({})

    def test_archived_and_more_than_ten(self):
        self.first.active = False
        many = self.vip.create([{"name": f"T {number}"} for number in range(12)])
        self.change(add_ids=many).action_apply()
        for customer in self.customers:
            self.assertLessEqual(many, customer.category_id)

    def test_unsaved_changes_count(self):
        """What was changed in this transaction and is not in the database yet."""
        self.last.category_id = self.old
        self.last.name = "Tag Z"
        domain = [["name", "=", "Tag Z"]]
        self.change(domain=domain, remove_ids=self.old).action_apply()
        self.assertFalse(self.last.category_id)

    # -- rights ----------------------------------------------------------------------

    def test_customers_that_may_not_be_changed(self):
        """They are left out, and the dialog says so."""
        self.env["ir.rule"].create(
            {
                "name": "Not A",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": [("name", "!=", "Tag A")],
                "perm_read": False,
            }
        )
        other = self.env["res.company"].create({"name": "Other"})
        self.last.company_id = other
        officer = new_test_user(
            self.env, "o", "crm_segments.crm_segments_group_officer"
        )
        change = self.change(user=officer, add_ids=self.vip, remove_ids=self.old)
        self.assertEqual((change.customer_count, change.left_out_count), (1, 1))
        change.action_apply()
        self.assertEqual(self.tags()[:3], [{"T vip", "T old"}, {"T vip"}, {"T third"}])
        self.second.company_id = other
        change.action_undo()
        self.assertEqual(self.tags()[1], {"T vip"}, "not his customer any more")

    def test_viewer(self):
        viewer = new_test_user(self.env, "v", "crm_segments.crm_segments_group_viewer")
        with self.assertRaises(AccessError):
            self.change(user=viewer, add_ids=self.vip)

    def test_change_of_somebody_else(self):
        group = "crm_segments.crm_segments_group_officer"
        one, two = (new_test_user(self.env, login, group) for login in ("o1", "o2"))
        change = self.change(user=one, add_ids=self.vip)
        with self.assertRaises(AccessError):
            change.with_user(two).action_apply()

    # -- the rest of Odoo ------------------------------------------------------------

    def test_others_are_told(self):
        told = []
        self.patch(
            self.registry["res.partner"],
            "_after_bulk_tag_change",
            lambda self, ids_sql: told.append(
                {row[0] for row in self.env.execute_query(ids_sql)}
            ),
        )
        change = self.change(add_ids=self.vip)
        change.action_apply()
        change.action_undo()
        self.assertEqual(told, [set((self.second | self.last).ids)] * 2)

    def test_segments_follow(self):
        segment = self.env["crm.segment"].create(
            {"name": "VIP", "domain": [("category_id", "in", self.vip.ids)]}
        )
        queue = self.env["crm.segment.dirty"]
        queue._queue_pending()
        queue.search([]).unlink()
        self.assertTrue(segment.active)
        self.change(add_ids=self.vip).action_apply()
        waiting = [partner for partner, _company in queue._take_customers()]
        self.assertEqual(set(waiting), set((self.second | self.last).ids))

    def test_one_statement_whatever_the_number(self):
        """50,000 customers are as many statements as three."""
        many = self.env["res.partner"].create([{"name": f"M{i}"} for i in range(60)])
        for customers, tag in [(self.customers, self.vip), (many, self.third)]:
            change = self.change(customers, add_ids=tag)
            self.env.flush_all()
            self.env.invalidate_all()
            change.action_apply()
        queries = []
        for customers in (self.customers, many):
            change = self.change(customers, remove_ids=self.vip | self.third)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            change.action_apply()
            self.env.flush_all()
            queries.append(self.env.cr.sql_log_count - start)
        self.assertEqual(*queries)

    def test_whole_result_at_once(self):
        """More customers than Odoo's own actions take."""
        self.env.cr.execute(
            """INSERT INTO res_partner (
                      name, complete_name, active, type, autopost_bills, member_number)
               SELECT 'Many', 'Many', TRUE, 'contact', 'ask', 'MANY' || number
                 FROM generate_series(1, %s) AS number""",
            [MANY],
        )
        self.env.cr.execute(
            "UPDATE res_partner SET commercial_partner_id = id WHERE name = 'Many'"
        )
        partners = self.env["res.partner"]
        domain = [("name", "=", "Many")]
        change = self.change(domain=domain, add_ids=self.vip | self.third)
        change.action_apply()
        tagged_domain = [*domain, ("category_id", "=", self.vip.id)]
        self.assertEqual(partners.search_count(tagged_domain), MANY)
        change.action_undo()
        self.assertFalse(partners.search_count(tagged_domain))

    def test_old_ones_are_forgotten(self):
        change = self.change(add_ids=self.vip)
        change.action_apply()
        lines = self.env["crm.tag.change.line"].search([("change_id", "=", change.id)])
        self.assertEqual(len(lines), 2)
        change.unlink()
        self.assertFalse(lines.exists())


@tagged("post_install", "-at_install")
class TestTagChangeTour(HttpCase, TagChangeCase):
    """Ticked rows and the whole result, in a real browser."""

    def test_tour(self):
        partners = self.env["res.partner"].with_context(crm_customer=True)
        partners.create([{"name": f"Tagtour {i:03}"} for i in range(90)])
        self.start_tour("/odoo/crm-customers", "crm_segments_tag_change", login="admin")
        domain = [("name", "like", "Tagtour")]
        tagged_ = partners.search([*domain, ("category_id", "in", self.vip.ids)])
        self.assertEqual(len(tagged_), 90, "all pages, not only the first")
        ticked = partners.search([*domain, ("category_id", "in", self.third.ids)])
        self.assertEqual(ticked.mapped("name"), ["Tagtour 000", "Tagtour 001"])
        self.assertFalse(
            partners.search([*domain, ("category_id", "in", self.old.ids)])
        )
