"""The connection to LINE and whose LINE account it is, as staff see it."""

import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user

from .common_line import LineCase


class TestLineAccount(LineCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = new_test_user(
            cls.env,
            "line_account_officer",
            groups="base.group_user,crm_segments.crm_segments_group_manager",
        )

    def setUp(self):
        super().setUp()
        self.users = list(self.server.users)
        self.anna, self.bo = self.env["res.partner"].create(
            [
                {"name": "Anna Adams", "phone": "+66812345678"},
                {"name": "Bo Brown", "phone": "+66812345679"},
            ]
        )

    def user(self, number=0, **values):
        user = self.env["crm.line.user"]._of(self.channel, [self.users[number]])
        user.write(values)
        return user

    # -- connection --------------------------------------------------------------------

    def test_connection_works(self):
        self.channel.action_test_connection()
        self.assertEqual(self.channel.messaging_state, "ok")
        self.assertEqual(self.channel.basic_id, "@emulator")
        self.assertEqual(self.channel.webhook_state, "error")
        self.assertEqual(self.channel.login_state, "warning")

    def test_webhook_is_set_by_one_press(self):
        self.channel.action_set_webhook()
        messaging = self.server.messaging
        self.assertEqual(messaging.webhook["endpoint"], self.channel.webhook_url)
        # nobody listens there in this test, and that is what LINE says
        self.assertEqual(self.channel.webhook_state, "error")
        self.assertIn("does not reach", self.channel.webhook_text)
        messaging.webhook["active"] = False
        self.channel.action_test_connection()
        self.assertEqual(self.channel.webhook_state, "warning")

    def test_wrong_keys_are_said(self):
        self.channel.access_token = False
        self.channel.channel_secret = "wrong"
        self.assertEqual(self.channel.messaging_state, "unknown")
        self.channel.action_test_connection()
        self.assertEqual(self.channel.messaging_state, "error")
        self.assertIn("keys", self.channel.messaging_text)
        self.channel.liff_id = "999-abc"
        self.channel.action_test_connection()
        self.assertEqual(self.channel.login_state, "error")

    def test_only_administrators_connect(self):
        channel = self.channel.with_user(self.officer)
        for name in ("action_test_connection", "action_set_webhook"):
            with self.assertRaises(AccessError):
                getattr(channel, name)()
        with self.assertRaises(AccessError):
            channel.read(["webhook_url"])
        texts = json.dumps(channel.read(list(channel.fields_get())), default=str)
        for secret in (self.channel.channel_secret, self.channel.access_token):
            self.assertNotIn(secret, texts)
        with self.assertRaises(UserError):
            channel.export_data(["channel_secret"])

    def test_only_administrators_say_which_account_it_is(self):
        """Another LINE Login channel is another one's word about who somebody is."""
        other = self.env["res.company"].create({"name": "Other"})
        channel = self.channel.with_user(self.officer)
        values = {
            "login_channel_id": "1650009999",
            "liff_id": "1650009999-mine",
            "channel_id": "1650009998",
            "basic_id": "@mine",
            "company_id": other.id,
        }
        for name, value in values.items():
            with self.assertRaisesRegex(AccessError, name):
                channel.write({name: value})
            self.assertTrue(channel.fields_get([name])[name]["readonly"])
        with self.assertRaises(AccessError):
            channel.create({"name": "Mine", **values})
        with self.assertRaisesRegex(AccessError, "company_id"):
            self.line_shop.with_user(self.officer).company_id = other
        with Form(channel) as form:
            form.name = "Editors may name it"
        self.assertEqual(self.channel.name, "Editors may name it")
        self.assertTrue(self.env.user.has_group("base.group_system"))
        self.channel.with_user(self.env.ref("base.user_admin")).write(
            {"login_channel_id": "1650009999"}
        )

    # -- friends -----------------------------------------------------------------------

    def test_names_of_new_friends_are_asked_for(self):
        user = self.user(friend_state="friend")
        blocked = self.user(1, friend_state="friend")
        self.server.users[self.users[1]]["blocked"] = True
        commits = []
        self.env["crm.line.user"]._read_profiles(lambda: commits.append(1))
        name = self.server.users[self.users[0]]["displayName"]
        self.assertEqual(user.line_name, name)
        self.assertFalse(blocked.line_name)
        self.assertTrue(blocked.profile_at)
        self.assertTrue(commits)

    def test_criteria(self):
        self.user(0, friend_state="blocked")._link(self.anna)
        self.user(1, friend_state="friend")._link(self.anna)
        self.user(2, friend_state="blocked")._link(self.bo)
        both = self.anna | self.bo
        partners = self.env["res.partner"].with_user(self.officer)

        def found(*condition):
            return partners.search([("id", "in", both.ids), condition]).sudo()

        self.assertEqual(self.anna.line_state, "friend")
        self.assertEqual(found("line_state", "=", "friend"), self.anna)
        self.assertEqual(found("line_state", "=", "blocked"), self.bo)
        self.assertEqual(found("line_state", "!=", False), both)
        self.assertFalse(found("line_state", "=", False))
        self.assertEqual(found("line_state", "in", ["friend", "blocked"]), both)
        self.user(1)._unlink_customer()
        self.assertEqual(found("line_state", "=", "blocked"), both)
        search = self.env["crm.customer.search"].with_user(self.officer)
        search = search.create({"line_state": "linked"})
        domain = search._get_criteria_domain()
        self.assertEqual(
            partners.search([("id", "in", both.ids), *domain]).sudo(), both
        )
        self.assertIn("Linked with LINE", search._get_criteria_sentence())

    def test_segment_follows(self):
        self.env["crm.segment"].create(
            {
                "name": "On LINE",
                "kind": "dynamic",
                "domain": "[('line_state', '=', 'friend')]",
            }
        )
        user = self.user(0, friend_state="friend")
        self.env["crm.segment.dirty"]._pending()["partners"].clear()
        user._link(self.anna)
        waiting = self.env["crm.segment.dirty"]._pending()["partners"]
        self.assertIn(self.anna.id, waiting)

    def test_other_company_sees_nothing(self):
        user = self.user(friend_state="friend")
        user._link(self.anna)
        company = self.env["res.company"].create({"name": "Other"})
        other = self.officer.copy(
            {
                "login": "o",
                "company_id": company.id,
                "company_ids": [(6, 0, [company.id])],
            }
        )
        self.assertFalse(self.env["crm.line.user"].with_user(other).search([]))
        partners = self.env["res.partner"].with_user(other).with_company(company)
        self.assertFalse(partners.search([("line_state", "=", "friend")]))

    # -- links -------------------------------------------------------------------------

    def test_contact_of_a_customer_is_the_customer(self):
        child = self.env["res.partner"].create(
            {"name": "Home", "parent_id": self.anna.id, "type": "delivery"}
        )
        user = self.user()
        self.assertTrue(user._link(child))
        self.assertEqual(user.partner_id, self.anna)
        self.assertFalse(user._link(self.anna))
        with self.assertRaises(UserError):
            user._link(self.bo)

    def test_strange_customers_cannot_be_linked(self):
        user = self.user()
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(UserError):
            user._link(
                self.env["res.partner"].create({"name": "x", "company_id": other.id})
            )
        self.bo.active = False
        with self.assertRaises(UserError):
            user._link(self.bo)
        # whoever was linked and is archived is in nobody's way
        user._link(self.anna)
        self.anna.active = False
        self.bo.active = True
        self.assertTrue(user._link(self.bo))

    def test_merge_takes_the_links_along(self):
        first, second = self.user(0), self.user(1)
        first._link(self.anna)
        second._link(self.bo)
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.anna | self.bo).ids, self.anna, extra_checks=False)
        self.assertEqual((first | second).partner_id, self.anna)

    def test_linking_is_contact_on_line(self):
        self.user()._link(self.anna)
        self.env.flush_all()
        history = self.env["crm.contact.history"].search(
            [("partner_id", "=", self.anna.id), ("channel", "=", "line")]
        )
        self.assertEqual(history.direction, "in")
        partners = self.env["res.partner"].with_context(report_period="this_month")
        self.assertIn(self.anna, partners.search([("report_channel", "=", "line")]))

    # -- privacy -----------------------------------------------------------------------

    def test_erasing_forgets_line(self):
        user = self.user(friend_state="friend", line_name="Annie")
        user._link(self.anna)
        self.channel._take_events(
            [
                {
                    "type": "message",
                    "timestamp": 1_700_000_000_000,
                    "source": {"type": "user", "userId": user.user_id},
                    "message": {"type": "text", "text": "Secret of Anna"},
                }
            ]
        )
        order = self.env["crm.lineshopping.order"].create(
            {
                "shop_id": self.line_shop.id,
                "number": "77",
                "recipient_name": "Anna Adams",
                "recipient_phone": "+66812345678",
                "payload": {"orderNumber": "77", "shippingAddress": {"x": "Anna"}},
            }
        )
        sections = {s.key: s for s in self.anna._crm_all_personal_data()}
        for key in ("line_accounts", "line_events", "line_orders"):
            self.assertEqual(len(sections[key].records), 1, key)
        user_id = user.user_id
        self.anna._crm_erase()
        self.assertFalse(user.exists())
        events = self.env["crm.line.event"].search([("user_id", "=", user_id)])
        self.assertFalse(events)
        self.assertFalse(order.recipient_name or order.recipient_phone)
        self.assertEqual(order.payload, {"orderNumber": "77"})
        self.assertEqual(order.number, "77")

    def test_erased_recipient_does_not_come_back(self):
        orders = self.env["crm.lineshopping.order"]
        payload = next(iter(self.server.truth().values()))
        order = orders._take(self.line_shop, [payload], "pull")
        order._erase_recipient()
        payload = json.loads(json.dumps(payload, default=str))
        payload["lastUpdatedAt"] = "2099-01-01T00:00:00Z"
        payload["paymentStatus"] = "REFUND"
        self.assertEqual(orders._take(self.line_shop, [payload], "pull"), order)
        self.assertEqual(order.payment_status, "REFUND")
        self.assertFalse(order.recipient_name)
        self.assertNotIn("shippingAddress", order.payload)
