from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_segments.tools.local_date import local_today

from .common_messages import MessageCase


@tagged("standard", "post_install", "-at_install")
class TestLineNotice(MessageCase):
    """Members hear on LINE of what they got: once, in their language, in the shop's
    colours, and never of what was before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop.write({"color_main": "#123456", "color_on_main": "#ffffff"})
        cls.notices = {n.kind: n for n in cls.channel.notice_ids}

    def setUp(self):
        super().setUp()
        self.thai = self.friend(0)
        self.english = self.friend(1, lang="en_US")
        self.card = self.card_of(self.thai)

    def switch(self, kind):
        """Switch a notice on, an hour ago: all rows of a test have one time."""
        notice = self.notices[kind]
        notice.is_on = True
        notice.on_since = fields.Datetime.now() - timedelta(hours=1)
        return notice

    def card_of(self, line_user):
        return self.env["loyalty.card"].search(
            [
                ("partner_id", "=", line_user.partner_id.id),
                ("program_id", "=", self.program.id),
            ]
        )

    def post(self, points, card=None, **values):
        return self.env["loyalty.point.entry"]._post(
            [
                {
                    "card_id": (card or self.card).id,
                    "kind": "earn",
                    "points": points,
                    "key": uuid4().hex,
                    "reason": "test",
                    **values,
                }
            ]
        )

    def tell(self):
        """:return: messages that are new in the queue"""
        known = self.env["crm.line.message"].search([])
        for notice in self.env["crm.line.notice"].search([("is_on", "=", True)]):
            if notice.kind in notice._event_queries():
                notice._tell(50, self.no_commit)
        return self.env["crm.line.message"].search([]) - known

    def test_points_are_told_once(self):
        self.switch("points")
        self.post(100, card=self.card_of(self.english))
        self.post(20)
        self.post(5.5)
        messages = self.tell()
        self.assertEqual(
            set(messages.mapped("partner_id.id")),
            {self.thai.partner_id.id, self.english.partner_id.id},
        )
        self.assertFalse(self.tell())
        self.send()
        said = {row["to"][0]: row["messages"][0] for row in self.accepted()}
        thai, english = said[self.thai.user_id], said[self.english.user_id]
        self.assertIn("+25.5", thai["altText"])
        self.assertIn("25.5", str(thai["contents"]))
        self.assertIn("You got points", english["altText"])
        self.assertEqual(thai["contents"]["header"]["backgroundColor"], "#123456")
        button = thai["contents"]["footer"]["contents"][0]
        self.assertIn(self.channel.liff_id, button["action"]["uri"])

    def test_who_is_not_told(self):
        """Nobody who refused such messages, is no friend or not on LINE; nothing that
        was taken back at once, spent, or of a prepaid card."""
        self.switch("points")
        self.english.friend_state = "blocked"
        self.post(10, card=self.card_of(self.english))
        refusing = self.friend(2)
        refusing.partner_id._crm_record_consent("service", given=False)
        self.post(10, card=self.card_of(refusing))
        back = self.post(30)
        back._reverse(uuid4().hex)
        self.assertFalse(self.tell())
        self.post(50)
        self.assertEqual(len(self.tell()), 1)
        self.post(-20, kind="redeem")
        self.assertFalse(self.tell())

    def test_points_of_old_orders(self):
        """Orders of long ago that are read in today are no news, nor are points that
        were given back."""
        self.switch("points")
        today = local_today(self.env)
        self.post(10, date=today - timedelta(days=8))
        self.post(10, reason="given_again")
        self.assertFalse(self.tell())
        self.post(10, date=today - timedelta(days=6))
        self.assertEqual(len(self.tell()), 1)

    def test_before_it_was_on(self):
        """Who switches it on does not flood everybody with old news."""
        entry = self.post(10)
        notice = self.notices["points"]
        notice.is_on = True
        notice.on_since = entry.posted_at + timedelta(seconds=1)
        self.assertFalse(self.tell())

    def test_linked_later(self):
        """Points of before the account was linked are no news."""
        self.switch("points")
        self.thai.linked_at = fields.Datetime.now() + timedelta(hours=2)
        self.post(10)
        self.assertFalse(self.tell())

    def test_old_events_are_forgotten(self):
        notice = self.switch("points")
        entry = self.post(10)
        self.assertEqual(len(self.tell()), 1)
        self.assertEqual(notice.sent_count, 1)
        with self.clock(fields.Datetime.now() + timedelta(days=2)):
            self.assertFalse(self.tell())
            self.env.invalidate_all()
            self.assertGreaterEqual(notice.low_id, entry.id)
            self.assertEqual(notice.sent_count, 0)

    def clock(self, moment):
        from freezegun import freeze_time

        return freeze_time(moment)

    def test_tiers(self):
        self.switch("tier_up")
        self.switch("tier_down")
        silver, gold = self.env["loyalty.tier"].create(
            [
                {"program_id": self.program.id, "name": name, "threshold": threshold}
                for name, threshold in (("Silver", 10), ("Gold", 50))
            ]
        )
        history = self.env["loyalty.tier.history"]
        today = local_today(self.env)
        history._record([(self.card.id, silver.id, gold.id, 60.0)], "rise", today)
        [up] = self.tell()
        self.assertIn("Gold", up.text)
        history._record([(self.card.id, gold.id, None, 0.0)], "month_end", today)
        [down] = self.tell()
        self.assertIn("ทั่วไป", down.text)
        history._record([(self.card.id, None, gold.id, 60.0)], "import", today)
        self.assertFalse(self.tell())

    def test_code_of_a_reward(self):
        """The code is on the telephone, and in no list that viewers read."""
        self.switch("reward")
        cup = self.env["product.product"].create({"name": "Cup", "taxes_id": False})
        reward = self.env["loyalty.reward"].create(
            {
                "program_id": self.program.id,
                "reward_type": "product",
                "reward_product_id": cup.id,
                "description": "Free cup",
                "fulfilment": "code",
                "required_points": 10,
            }
        )
        self.post(100)
        redemption = reward._redeem(self.card, key=uuid4().hex)
        [message] = self.tell()
        self.assertNotIn(redemption.code, f"{message.text} {message.content}")
        self.assertIn("Free cup", message.text)
        self.send()
        [row] = self.accepted()
        self.assertIn(redemption.code, str(row["messages"]))

    def test_points_about_to_end(self):
        """On LINE to who is there, once, and to the others as before."""
        rule = self.env["loyalty.mail"].create(
            {
                "program_id": self.program.id,
                "trigger": "lapse",
                "lapse_days": 30,
                "lapse_channel": "email",
                "mail_template_id": self.env.ref(
                    "crm_loyalty_points.mail_template_points_ending"
                ).id,
            }
        )
        ends = local_today(self.env) + timedelta(days=5)
        self.thai.partner_id.email = "thai@example.com"
        self.post(70, expiry=ends)
        notices = self.env["loyalty.point.notice"]
        self.switch("lapse")
        self.env.flush_all()
        notices._notify_batch(rule, 50, self.no_commit)
        [message] = self.env["crm.line.message"].search([])
        self.assertIn("70", message.text)
        row = notices.search([("card_id", "=", self.card.id)])
        self.assertEqual((row.state, row.channel), ("sent", "line"))
        self.assertFalse(notices._notify_batch(rule, 50, self.no_commit))
        # switched off: by e-mail, as the rule says
        self.notices["lapse"].is_on = False
        self.post(30, expiry=ends + timedelta(days=1))
        notices._notify_batch(rule, 50, self.no_commit)
        row = notices.search([("card_id", "=", self.card.id)], limit=1)
        self.assertEqual(row.channel, "email")

    def test_company_without_an_account(self):
        """Whoever is not on LINE notices nothing of it."""
        self.channel.active = False
        notices = self.env["loyalty.point.notice"]
        self.assertFalse(notices._get_line_notice(self.env.company))
        self.assertNotIn("line", self.env["res.partner"]._crm_notify_channels())
        self.assertFalse(self.thai.partner_id._crm_line_friends(self.channel.browse()))

    def test_texts_and_tests(self):
        notice = self.notices["points"]
        with self.assertRaises(UserError):
            notice.text = "{nonsense}"
        self.assertIn("#123456", notice.preview)
        self.assertIn("120", notice.preview_en)
        editor = new_test_user(
            self.env, "line_editor", "crm_segments.crm_segments_group_editor"
        )
        with self.assertRaises(UserError):
            notice.with_user(editor).action_send_test()
        self.channel.test_user_id = self.english
        notice.with_user(editor).action_send_test()
        self.send()
        [row] = self.accepted()
        self.assertEqual(row["to"], [self.english.user_id])
        with self.assertRaises(UserError):
            notice.with_user(editor).low_id = 5

    def test_used_up_month_says_nothing_late(self):
        self.switch("points")
        self.channel._note_quota(("limited", 5, 5))
        self.post(10)
        self.assertFalse(self.tell())


@tagged("standard", "post_install", "-at_install")
class TestLineNotify(MessageCase):
    """LINE in the registry of ways to reach customers."""

    def test_notice_by_registry(self):
        friend, other = self.friend(0), self.friend(1, friend_state="unknown")
        partners = friend.partner_id | other.partner_id
        taken = partners._crm_notify(["line"], "Hello {nickname}", subject="News")
        self.assertEqual(taken[friend.partner_id.id], "line")
        self.assertFalse(taken[other.partner_id.id])
        self.send()
        [row] = self.accepted()
        self.assertEqual(row["messages"][0]["type"], "flex")
        # the month is used up: another channel's turn
        self.channel._note_quota(("limited", 5, 5))
        taken = partners._crm_notify(["line"], "Hello")
        self.assertEqual(set(taken.values()), {False})

    def test_advertising_needs_a_way_out(self):
        friend = self.friend()
        friend.partner_id._crm_record_consent("marketing_line", given=True)
        has_pages = "token" in self.env["crm.line.message"]._fields
        taken = friend.partner_id._crm_notify(
            ["line"], "Offer", purpose="marketing_line"
        )
        # only a module of campaigns has pages that end the advertising
        self.assertEqual(any(taken.values()), has_pages)

    def test_codes(self):
        """To the only customer who proved the number; a second one goes elsewhere."""
        friend = self.friend()
        partner = friend.partner_id
        partners = self.env["res.partner"]
        phone = partner.phone_sanitized
        channels = partners._crm_notify_channels()
        others = [key for key, one in channels.items() if key != "line"]
        by_phone = any(channels[key].address_kind == "phone" for key in others)
        # alone, it would lock out everybody who is not on LINE yet
        self.assertEqual(channels["line"].address_kind, "phone" if by_phone else "")
        self.assertFalse(
            partners._crm_send_line_to("+66899999999", "Code 123456", None)
        )
        partner.phone_unproven = True
        notice = self.notice()
        self.assertFalse(partners._crm_send_line_to(phone, "Code 123456", notice))
        partner.phone_unproven = False
        self.assertTrue(partners._crm_send_line_to(phone, "Code 123456", notice))
        self.assertFalse(partners._crm_send_line_to(phone, "Code 222222", notice))
        self.send()
        [row] = self.accepted()
        self.assertEqual(row["messages"][0]["text"], "Code 123456")

    def notice(self):
        from odoo.addons.crm_segments.tools.notify import Notice

        return Notice(texts={})
