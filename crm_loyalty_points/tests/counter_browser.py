"""Browser tests of the counter page: it is no part of Odoo's web client, so they act
by a few helpers of their own instead of tours."""

import io
import json
from unittest.mock import patch

from PIL import Image

from odoo.tests import HttpCase, common

from .counter_common import CounterShop

HELPERS = """
const root = document.getElementById("counter");
const one = (selector) => root.querySelector(selector);
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
async function until(check, what) {
    for (let round = 0; round < 600; round++) {
        const found = check();
        if (found) { return found; }
        await pause(50);
    }
    throw new Error(`waited for ${what}: ${root.innerText}`);
}
const shown = (element) => Boolean(element && element.checkVisibility());
async function click(selector) {
    const button = await until(
        () => [...root.querySelectorAll(selector)].find(
            (each) => shown(each) && !each.disabled),
        selector);
    button.click();
}
async function type(selector, text) {
    const input = await until(() => shown(one(selector)) && one(selector), selector);
    input.value = text;
    input.dispatchEvent(new Event("input", {bubbles: true}));
}
const slot = (name) => one(`[data-slot="${name}"]`);
const says = (name, text) => until(
    () => shown(slot(name)) && slot(name).textContent.includes(text),
    `${name} to say ${text}`);
const state = (name) => until(
    () => shown(slot("done_box")) && slot("done_box").dataset.state === name, name);
async function find(text) {
    await type("[name=who]", text);
    await click('[data-form="find"] [type=submit]');
    await until(() => shown(one('[data-view="member"]')), "the member");
}
function fits() {
    if (document.documentElement.scrollWidth > window.innerWidth) {
        throw new Error("wider than the screen");
    }
    for (const button of root.querySelectorAll("button")) {
        if (shown(button) && button.getBoundingClientRect().height < 43.5) {
            throw new Error(`too small for a thumb: ${button.textContent}`);
        }
    }
}
const done = () => console.log("counter test successful");
"""


class CounterBrowserCase(CounterShop, HttpCase):
    """A phone's size; the same with a wide screen in subclasses."""

    browser_size = "390x844"
    lang = "en_US"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.env["res.lang"]._get_data(code=cls.lang):
            cls.env["res.lang"]._activate_lang(cls.lang)
            modules = cls.env["ir.module.module"]
            modules._load_module_terms(["crm_loyalty_points"], [cls.lang])
        cls.set_up_counter()
        cls.anna.lang = cls.lang

    def act(self, script, path=None, timeout=90):
        """Run a script (the body of an async function) on the page as Anna."""
        code = f"""(async () => {{ {HELPERS}
            try {{ {script}
                done();
            }} catch (error) {{ console.error(error.message); }}
        }})()"""
        self.browser_js(
            path or f"/counter?lang={self.lang}",
            code,
            "document.getElementById('counter')?.dataset.ready === '1'",
            login="anna",
            timeout=timeout,
            success_signal="counter test successful",
        )

    def points(self):
        self.card.invalidate_recordset()
        return self.card.points


def qr_video(env, text):
    """
    :return: bytes of a y4m video of a QR code on white, for Chromium's fake camera
    """
    png = env["ir.actions.report"].barcode("QR", text, width=360, height=360)
    frame = Image.new("L", (640, 480), 255)
    frame.paste(Image.open(io.BytesIO(png)).convert("L").resize((360, 360)), (140, 60))
    grey = bytes([128]) * (320 * 240)
    header = b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n"
    return header + (b"FRAME\n" + frame.tobytes() + grey + grey) * 3


def chromium_with(*switches):
    """:return: context manager: browsers of tests start with these switches"""

    class Browser(common.ChromeBrowser):
        def _spawn_chrome(self, cmd):
            return super()._spawn_chrome([cmd[0], *switches, *cmd[1:]])

    return patch.object(common, "ChromeBrowser", Browser)


def as_script(value):
    return json.dumps(value)
