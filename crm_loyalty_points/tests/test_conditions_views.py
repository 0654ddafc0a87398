from odoo.fields import Command
from odoo.tests import HttpCase, tagged

CLIENT = """
(async () => {
    const find = async (selector, text = "") => {
        for (let turn = 0; turn < 200; turn++) {
            for (const node of document.querySelectorAll(selector)) {
                if (node.textContent.includes(text)) {
                    return node;
                }
            }
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(`not found: ${selector} ${text}`);
    };
    const type = async (selector, value) => {
        const input = await find(selector);
        input.focus();
        input.value = value;
        input.dispatchEvent(new InputEvent("input", {bubbles: true}));
        input.dispatchEvent(new Event("change", {bubbles: true}));
        input.blur();
    };
    %s
    console.log("test successful");
})().catch((error) => console.error(error.message));
"""


@tagged("post_install", "-at_install")
class TestConditionForms(HttpCase):
    """The shopkeeper sets the hours with the mouse, in the web client: the weekday
    boxes and hours are on every form and reach the server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls.env["loyalty.program"].create(
            {
                "name": "Happy hour",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "rule_ids": [Command.create({"reward_point_mode": "money"})],
                "reward_ids": [Command.create({"discount": 10})],
            }
        )
        cls.programs = "/odoo/action-loyalty.loyalty_program_discount_loyalty_action"

    def _run(self, url, script):
        self.browser_js(url, CLIENT % script, login="admin", timeout=60)

    def test_hours_of_a_programme(self):
        self._run(
            f"{self.programs}/{self.program.id}",
            """
            (await find("a.nav-link", "Conditions")).click();
            const boxes = await find(".o_widget_week_days");
            boxes.querySelectorAll("input")[1].click();
            await type("[name=hour_from] input", "14:00");
            await type("[name=hour_to] input", "16:00");
            await find("[name=condition_summary]", "14:00–16:00");
            (await find(".o_form_button_save")).click();
            await find(".o_form_saved");
            """,
        )
        self.program.invalidate_recordset()
        self.assertEqual(self.program.condition_data["window"], [840, 960])
        self.assertEqual(len(self.program.condition_data["weekdays"]), 1)

    def test_rule_and_reward_have_them(self):
        self._run(
            f"{self.programs}/{self.program.id}",
            """
            for (const name of ["rule_ids", "reward_ids"]) {
                (await find(`[name=${name}] .o_kanban_record`)).click();
                await find(".modal .o_widget_week_days");
                await type(".modal [name=hour_from] input", "9:00");
                (await find(".modal .o_form_button_save")).click();
                await find("body:not(.modal-open)");
                await find(`[name=${name}] .o_kanban_record`, "09:00–24:00");
            }
            (await find(".o_form_button_save")).click();
            await find(".o_form_saved");
            """,
        )
        self.program.rule_ids.invalidate_recordset()
        window = {"window": [540, 1440]}
        self.assertEqual(self.program.rule_ids.condition_data, window)
        self.assertEqual(self.program.reward_ids.condition_data, window)

    def test_campaigns_start_empty_and_show_in_a_calendar(self):
        action = "/odoo/action-crm_loyalty_points.loyalty_point_campaign_action"
        self.env["loyalty.point.campaign"].search([]).unlink()
        self._run(
            action,
            """
            await find(".o_view_nocontent", "Double points for a few days");
            """,
        )
        self.env["loyalty.point.campaign"].create(
            {"name": "Double days", "program_id": self.program.id}
        )
        self._run(
            action,
            """
            await find(".o_data_row", "Double days");
            (await find(".o_switch_view.o_calendar")).click();
            await find(".fc-event", "Double days");
            """,
        )
        self._run(
            "/odoo/action-crm_loyalty_points.loyalty_tier_action",
            """
            await find(".o_view_nocontent, .o_data_row");
            """,
        )
