from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .test_conditions_views import CLIENT


class TierViewCase(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls.env["loyalty.program"].create(
            {
                "name": "Tiers on screen",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "company_id": cls.env.company.id,
                "tier_ids": [
                    Command.create({"name": "Silver", "threshold": 100}),
                    Command.create({"name": "Gold", "threshold": 300}),
                ],
            }
        )
        cls.silver, cls.gold = cls.program.tier_ids
        cls.card = cls.env["loyalty.card"].create(
            {
                "program_id": cls.program.id,
                "partner_id": cls.env["res.partner"].create({"name": "Malee"}).id,
            }
        )
        cls.env["loyalty.point.entry"]._post(
            [{"card_id": cls.card.id, "kind": "earn", "points": 220, "key": "screen"}]
        )
        cls.url = (
            "/odoo/action-loyalty.loyalty_program_discount_loyalty_action/"
            f"{cls.program.id}"
        )

    def _run(self, url, script):
        self.browser_js(url, CLIENT % script, login="admin", timeout=120)


@tagged("post_install", "-at_install")
class TestTierViews(TierViewCase):
    """The owner tries a lower threshold with the mouse, sees whom it moves, and saves
    it only after being asked."""

    def test_try_other_tiers(self):
        self._run(
            self.url,
            """
            (await find("a.nav-link", "Tiers")).click();
            await find("[name=tier_ids] .o_data_row", "Gold");
            (await find("button", "Try other tiers")).click();
            (await find(".modal .o_data_row:nth-child(2) [name=threshold]")).click();
            await type(".modal .o_data_row [name=threshold] input", "200");
            (await find(".modal button", "See Who Would Move")).click();
            await find(".modal [name=summary]", "Silver → Gold: 1");
            (await find(".modal button", "Apply")).click();
            (await find(".modal .modal-footer .btn-primary", "Ok")).click();
            await find(".o_notification", "1 members moved up");
            """,
        )
        self.env.invalidate_all()
        self.assertEqual(self.gold.threshold, 200)
        self.assertEqual(self.card.tier_id, self.gold)


@tagged("post_install", "-at_install")
class TestTierPhone(TierViewCase):
    """The same on the phone that most shops are run with: nothing hangs over."""

    browser_size = "390x844"
    touch_enabled = True

    def test_phone(self):
        fits = """
            const fits = () => {
                const width = document.documentElement.scrollWidth;
                if (width > window.innerWidth) {
                    throw new Error(`${width} px wide: ${document.title}`);
                }
            };
        """
        self._run(
            self.url,
            fits
            + """
            (await find("a.nav-link", "Tiers")).click();
            await find("[name=tier_ids] .o_kanban_record", "Gold");
            fits();
            """,
        )
        self._run(
            "/odoo/action-crm_loyalty_points.loyalty_tier_history_action",
            fits + 'await find(".o_kanban_record", "Malee"); fits();',
        )
        self._run(
            f"/odoo/action-crm_loyalty_points.loyalty_tier_action/{self.gold.id}",
            fits + 'await find("[name=birthday_points]"); fits();',
        )
