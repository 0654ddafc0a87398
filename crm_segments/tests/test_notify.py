from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from ..tools.notify import MergeField, NotifyChannel


@tagged("post_install", "-at_install")
class TestNotify(TransactionCase):
    """One-time codes and notices must reach the customer by whatever channel works,
    exactly once. The channels here stand for those of other modules, and register
    themselves in the same place."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sent = []
        cls.phone, cls.mail, cls.both, cls.none = cls.env["res.partner"].create(
            [
                {"name": "Phone P", "phone": "0811111111"},
                {"name": "Mail M", "email": "m@example.com"},
                {"name": "Both B", "phone": "0822222222", "email": "b@example.com"},
                {"name": "None N"},
            ]
        )
        cls.everyone = cls.phone | cls.mail | cls.both | cls.none
        channels = {
            "pigeon": NotifyChannel(
                "Pigeon", lambda p: p.filtered("phone"), cls.sender("pigeon")
            ),
            "post": NotifyChannel(
                "Post", lambda p: p.filtered("email"), cls.sender("post")
            ),
        }
        native = cls.registry["res.partner"]._crm_notify_channels
        cls.classPatch(
            cls.registry["res.partner"],
            "_crm_notify_channels",
            lambda self: {**native(self), **channels},
        )

    @classmethod
    def sender(cls, key):
        def send(partners, notice):
            taken = partners.filtered(lambda p: "refused" not in (p.comment or ""))
            cls.sent += [(key, p.name, notice.texts[p.id]) for p in taken]
            return taken

        return send

    def setUp(self):
        super().setUp()
        self.sent.clear()

    def test_first_channel_that_can(self):
        result = self.everyone._crm_notify(["pigeon", "post"], "Hello {first_name}")
        self.assertEqual(
            result,
            {
                self.phone.id: "pigeon",
                self.mail.id: "post",
                self.both.id: "pigeon",
                self.none.id: False,
            },
        )
        self.assertEqual(
            sorted(self.sent),
            [
                ("pigeon", "Both B", "Hello Both"),
                ("pigeon", "Phone P", "Hello Phone"),
                ("post", "Mail M", "Hello Mail"),
            ],
        )

    def test_order_is_the_callers(self):
        result = self.both._crm_notify(["post", "pigeon"], "Hi")
        self.assertEqual(result, {self.both.id: "post"})

    def test_one_channel(self):
        result = self.everyone._crm_notify("post", "Hi")
        self.assertEqual(
            [result[p.id] for p in self.everyone], [False, "post", "post", False]
        )

    def test_refused_falls_to_the_next(self):
        self.both.comment = "refused"
        self.assertEqual(
            self.both._crm_notify(["pigeon", "post"], "Hi"), {self.both.id: False}
        )
        self.assertFalse(self.sent)

    def test_unknown_channel_sends_nothing(self):
        with self.assertRaisesRegex(UserError, "“fax”.*Pigeon"):
            self.everyone._crm_notify(["pigeon", "fax"], "Hi")
        self.assertFalse(self.sent)

    def test_unknown_placeholder_sends_nothing(self):
        with self.assertRaisesRegex(UserError, "{balanse}"):
            self.everyone._crm_notify("pigeon", "You have {balanse}")
        self.assertFalse(self.sent)

    def test_marketing_needs_consent(self):
        self.phone._crm_record_consent("marketing_sms")
        result = self.everyone._crm_notify("pigeon", "Sale!", purpose="marketing_sms")
        self.assertEqual([p for p, key in result.items() if key], self.phone.ids)

    def test_nobody(self):
        self.assertEqual(self.env["res.partner"]._crm_notify("pigeon", "Hi"), {})


@tagged("post_install", "-at_install")
class TestEmailChannel(TransactionCase):
    """The channel every shop has: a mail that is queued, and gone once it is sent."""

    def mails(self):
        return self.env["mail.mail"].search([("subject", "=", "From the shop")])

    def test_to_customers_with_an_address(self):
        anna, boon = self.env["res.partner"].create(
            [
                {"name": "Anna A", "email": "anna@example.com"},
                {"name": "Boon", "email": "not an address"},
            ]
        )
        result = (anna | boon)._crm_notify(
            "email", "Hi {nickname} <b>", subject="From the shop"
        )
        self.assertEqual(result, {anna.id: "email", boon.id: False})
        mail = self.mails()
        self.assertEqual(mail.email_to, '"Anna A" <anna@example.com>')
        self.assertIn("Hi Anna &lt;b&gt;", mail.body_html)
        self.assertEqual((mail.state, mail.auto_delete), ("outgoing", True))

    def test_to_an_address_of_nobody(self):
        partners = self.env["res.partner"]
        count = partners.search_count([])
        for address, key in (("New@Example.com", "email"), ("nonsense", False)):
            result = partners._crm_notify_address(
                "email", address, "Code {x}", subject="From the shop"
            )
            self.assertEqual(result, key)
        self.assertEqual(self.mails().email_to, "new@example.com")
        self.assertIn("Code {x}", self.mails().body_html)
        self.assertEqual(partners.search_count([]), count)

    def test_only_channels_of_the_kind(self):
        partners = self.env["res.partner"]
        self.assertIn("email", partners._crm_address_channels("email"))
        self.assertNotIn("email", partners._crm_address_channels("phone"))
        self.assertFalse(partners._crm_notify_address("pigeon", "roof", "Hi"))


@tagged("post_install", "-at_install")
class TestMergeFields(TransactionCase):
    """A message to "Khun False" makes the shop look foolish to everyone at once."""

    def partner(self, **vals):
        return self.env["res.partner"].create(vals)

    def render(self, text, **vals):
        partner = self.partner(**vals)
        return partner._crm_render(text)[partner.id]

    def test_called_by_nickname_or_first_name(self):
        text = "{call_name}|{nickname}"
        self.assertEqual(self.render(text, name="ก ข", nickname="เล็ก"), "คุณเล็ก|เล็ก")
        self.assertEqual(self.render(text, name="สมชาย ใจดี"), "คุณสมชาย|สมชาย")
        self.assertEqual(self.render(text, name="นาย สมชาย ใจดี"), "คุณสมชาย|สมชาย")
        self.assertEqual(self.render(text, phone="0812345678"), "คุณลูกค้า|ลูกค้า")
        self.assertEqual(self.render(text, name="Co", is_company=True), "คุณCo|Co")

    def test_others(self):
        self.env.company.name = "Shop"
        self.assertEqual(
            self.render(
                "{first_name}/{last_name}/{name}/{member_number}/{shop}",
                name="A B",
                member_number="Z9",
            ),
            "A/B/A B/Z9/Shop",
        )
        self.assertEqual(self.render("[{last_name}{member_number}]", name="A"), "[]")

    def test_other_braces_stay(self):
        self.assertEqual(self.render("{ } {A} {{shop}}{", name="A").count("{"), 4)

    def test_values_are_not_rendered_again(self):
        self.assertEqual(
            self.render("{nickname}", name="A", nickname="{shop}"), "{shop}"
        )

    def test_no_text(self):
        self.assertEqual(self.render("", name="A"), "")

    def test_a_module_adds_a_field(self):
        native = self.registry["res.partner"]._crm_merge_fields
        points = MergeField("Points", lambda partners: dict.fromkeys(partners.ids, "7"))
        self.patch(
            self.registry["res.partner"],
            "_crm_merge_fields",
            lambda partners: {**native(partners), "points": points},
        )
        self.assertEqual(self.render("{nickname}: {points}", name="A"), "A: 7")

    def test_queries_do_not_grow(self):
        partners = self.env["res.partner"].create(
            [{"name": f"N{i} L", "member_number": f"R{i}"} for i in range(50)]
        )
        text = "{call_name} {name} {last_name} {member_number} {shop}"
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(__system__=4):
            texts = partners._crm_render(text)
        self.assertEqual(len(set(texts.values())), 50)


@tagged("post_install", "-at_install")
class TestContactHistory(TransactionCase):
    """What has this customer been told, and how often? One list over all channels
    (X17), fed here by two sources as channel modules would."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer, cls.second = cls.env["res.partner"].create(
            [{"name": "A"}, {"name": "B"}]
        )

    def register(self):
        def source(table, channel):
            return SQL(
                """
                SELECT id, id, %s, %s::varchar, 'out'::varchar, write_date, name,
                       create_uid, 'delivered'::varchar, 'res.partner'::varchar, id
                  FROM %s WHERE id IN %s
                """,
                self.env.company.id,
                channel,
                SQL.identifier(table),
                tuple((self.customer | self.second).ids),
            )

        history = self.registry["crm.contact.history"]
        self.patch(
            history,
            "_contact_history_sources",
            lambda model: {
                "b": source("res_partner", "pigeon"),
                "a": source("res_partner", "post"),
            },
        )
        self.patch(
            history,
            "_selection_channel",
            lambda model: [("pigeon", "Pigeon"), ("post", "Post")],
        )

    def test_no_channel_installed(self):
        history = self.env["crm.contact.history"]
        self.patch(
            self.registry["crm.contact.history"],
            "_contact_history_sources",
            lambda model: {},
        )
        self.assertFalse(history.search([]))
        self.assertEqual(history._count_by_channel(self.customer), {})

    def test_rows_of_all_sources(self):
        self.register()
        history = self.env["crm.contact.history"]
        rows = history.search([("partner_id", "=", self.customer.id)])
        self.assertEqual(sorted(rows.mapped("channel")), ["pigeon", "post"])
        self.assertEqual(set(rows.mapped("text")), {"A"})
        self.assertEqual(rows.author_id, self.env.user)
        self.assertEqual(set(rows.mapped("res_id")), {self.customer.id})
        everything = history.search([])
        self.assertEqual(len(set(everything.ids)), 4)

    def test_counts(self):
        self.register()
        counts = self.env["crm.contact.history"]._count_by_channel(self.customer)
        self.assertEqual(counts, {self.customer.id: {"pigeon": 1, "post": 1}})
