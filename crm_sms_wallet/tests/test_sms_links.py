from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..models import crm_sms_click
from ..tools import sms_links, user_agents
from .common_law import PHONE, LawCase, LawHttpCase

BOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "WhatsApp/2.23.20.0",
    "TelegramBot (like TwitterBot)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0",
    "curl/8.5.0",
    "python-requests/2.31",
    "bitlybot/3.0",
    "",
)
PEOPLE = (
    PHONE,
    "Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148 Safari Line/14.9.0",
    "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Chrome/120.0.0.0 "
    "Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 Chrome/126.0 Mobile "
    "Safari/537.36 Telegram-Android/10.14.5 (Samsung SM-S921B; Android 14; SDK 34)",
)


@tagged("post_install", "-at_install")
class TestSmsLinkTexts(LawCase):
    """Addresses are found where Thai text begins without a space, and what replaces
    them is what was counted."""

    def test_tokens(self):
        tokens = {sms_links.token() for _n in range(2000)}
        self.assertEqual(len(tokens), 2000)
        self.assertTrue(all(map(sms_links.is_token, tokens)))
        self.assertEqual(len(sms_links.MARK), sms_links.TOKEN_LENGTH)
        self.assertFalse(sms_links.is_token(sms_links.MARK))

    def test_urls(self):
        self.assertEqual(
            sms_links.find_urls(
                "ดูhttps://shop.co.th/a?x=1&y=%20ดีมาก (http://b.th/). HTTPS://c.th, "
                "https://shop.co.th/a?x=1&y=%20 http://ร้าน.ไทย/ก x.th"
            ),
            [
                "https://shop.co.th/a?x=1&y=%20",
                "http://b.th/",
                "HTTPS://c.th",
                "http://ร้าน.ไทย/",
            ],
        )

    def test_shorten(self):
        text = "Aดูhttps://a.th/1ดี https://a.th/12. https://b.th"
        numbers = {"https://a.th/1": 1, "https://a.th/12": 2}
        short = sms_links.shorten(text, numbers, "https://s.th", sms_links.MARK)
        self.assertEqual(
            short, "Aดูhttps://s.th/s/@TOKEN@@ดี https://s.th/s/@TOKEN@@/2. https://b.th"
        )

    def test_numbers(self):
        links = self.env["crm.sms.link"]
        one, two = self.env["mailing.mailing"].create(
            [{"subject": name, "name": name} for name in "ab"]
        )
        urls = ["https://a.th/1", "https://a.th/2", "https://a.th/1"]
        numbers = {"https://a.th/1": 1, "https://a.th/2": 2}
        self.assertEqual(links._numbers(urls, self.shop, one), numbers)
        self.assertEqual(links._numbers(urls[1:], self.shop, one), numbers)
        self.assertEqual(
            links._numbers(urls[1:2], self.shop, two), {"https://a.th/2": 1}
        )
        single = links._numbers(urls[:1], self.shop, None, "res.partner", 5)
        self.assertEqual(single, {"https://a.th/1": 1})
        self.assertEqual(links.search_count([("company_id", "=", self.shop.id)]), 4)

    def test_no_other_schemes(self):
        for url in ("javascript:alert(1)", "ftp://a.th", "//a.th", "https://a.th b"):
            with self.assertRaises(ValidationError):
                self.env["crm.sms.link"]._numbers([url], self.shop)

    def test_domain_of_the_company(self):
        self.shop.sms_link_domain = "tea.example/"
        self.assertEqual(self.shop._sms_link_base(), "https://tea.example")
        self.shop.sms_link_domain = False
        self.assertEqual(self.shop._sms_link_base(), self.shop.get_base_url())
        for wrong in ("https://tea.example/path", "ftp://tea.example", "te a"):
            with self.assertRaises(ValidationError):
                self.shop.sms_link_domain = wrong

    def test_programs(self):
        for agent in BOTS:
            self.assertTrue(user_agents.is_program({"User-Agent": agent}), agent)
        for agent in PEOPLE:
            self.assertFalse(user_agents.is_program({"User-Agent": agent}), agent)


@tagged("post_install", "-at_install")
class TestSmsLinkPages(LawHttpCase):
    """A tap leads where the shop said, and is counted when a person made it."""

    def setUp(self):
        super().setUp()
        self.mailing = self.env["mailing.mailing"].create(
            {"subject": "Tea", "name": "Tea"}
        )
        self.urls = ["https://shop.co.th/tea?x=1", "https://shop.co.th/cake#top"]
        links = self.env["crm.sms.link"]
        links._numbers(self.urls, self.shop, self.mailing)
        self.links = links.search([("mailing_id", "=", self.mailing.id)]).sorted("id")
        self.message = self.deliver(mailing_id=self.mailing.id)
        self.path = f"/s/{self.message.token}"

    def clicks(self, kind="human"):
        return self.env["crm.sms.click"].search([("kind", "=", kind)])

    def test_tap(self):
        answer = self.visit(self.path)
        self.assertEqual(answer.status_code, 302)
        self.assertEqual(answer.headers["Location"], self.urls[0])
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertNotIn("Set-Cookie", answer.headers)
        click = self.clicks()
        self.assertEqual(
            (click.delivery_id, click.link_id, click.mailing_id, click.company_id),
            (self.message, self.links[0], self.mailing, self.shop),
        )
        self.visit(self.path)
        self.assertEqual(len(self.clicks()), 2, "repeated taps are not cached")
        self.assertEqual(self.links[0].click_count, 2)

    def test_second_link(self):
        answer = self.visit(f"{self.path}/2")
        self.assertEqual(answer.headers["Location"], self.urls[1])
        self.assertEqual(self.clicks().link_id, self.links[1])

    def test_programs_do_not_count(self):
        for agent in BOTS[:2]:
            answer = self.visit(self.path, agent=agent)
            self.assertEqual(answer.status_code, 302)
        self.assertEqual(self.visit(self.path, head=True).status_code, 302)
        self.visit(self.path, Sec_Purpose="prefetch;prerender")
        self.visit(self.path, Purpose="prefetch")
        self.assertFalse(self.clicks())
        self.assertEqual(len(self.clicks("bot")), 5)
        self.assertEqual(self.links[0].click_count, 0)

    def test_nothing_of_the_visitor_is_kept(self):
        self.visit(self.path)
        self.assertEqual(
            {
                name
                for name, field in self.env["crm.sms.click"]._fields.items()
                if field.store
            }
            # another kind of message that a link may stand in
            - {"line_message_id"},
            {"id", "company_id", "link_id", "mailing_id", "delivery_id", "clicked_at"}
            | {"kind"},
        )

    def test_no_open_redirect(self):
        for path in (
            f"{self.path}?url=https://evil.example",
            f"{self.path}?next=//evil.example",
            f"{self.path}/1?to=evil",
        ):
            self.assertEqual(self.visit(path).headers["Location"], self.urls[0])
        for path in (f"{self.path}/3", f"{self.path}/0", f"{self.path}/99999999999"):
            self.assertEqual(self.visit(path).status_code, 404, path)
        # the server tidies the slashes first, on this host
        tidied = self.visit(f"{self.path}/https://evil")
        self.assertRegex(tidied.headers["Location"], rf"^(http://[^/]+)?{self.path}/")
        self.assertEqual(self.visit(f"{self.path}/https:/evil").status_code, 404)

    def test_links_of_another_mailing_or_company(self):
        stranger = self.deliver(self.other)
        self.assertEqual(self.visit(f"/s/{stranger.token}").status_code, 404)
        single = self.deliver(res_model="res.partner", res_id=self.customer.id)
        self.assertEqual(self.visit(f"/s/{single.token}").status_code, 404)
        self.env["crm.sms.link"]._numbers(
            ["https://shop.co.th/x"], self.shop, None, "res.partner", self.customer.id
        )
        answer = self.visit(f"/s/{single.token}")
        self.assertEqual(answer.headers["Location"], "https://shop.co.th/x")

    def test_hammering_fills_no_table(self):
        limit, crm_sms_click.MOST_PER_MESSAGE = crm_sms_click.MOST_PER_MESSAGE, 3
        self.addCleanup(setattr, crm_sms_click, "MOST_PER_MESSAGE", limit)
        for _tap in range(5):
            self.assertEqual(self.visit(self.path).status_code, 302)
        self.assertEqual(len(self.clicks()), 3)

    def test_figures_of_odoo(self):
        trace = self.env["mailing.trace"].create(
            {
                "mass_mailing_id": self.mailing.id,
                "trace_type": "sms",
                "model": "res.partner",
                "res_id": self.customer.id,
            }
        )
        self.message.trace_id = trace.id
        self.visit(self.path, agent="curl/8")
        self.assertFalse(trace.links_click_datetime)
        self.visit(self.path)
        self.assertTrue(trace.links_click_datetime)
        trace.unlink()
        self.assertEqual(self.visit(self.path).status_code, 302)

    def test_append_only(self):
        self.visit(self.path)
        with self.assertRaises(UserError):
            self.clicks().sudo().write({"kind": "bot"})
