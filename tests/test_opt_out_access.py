from odoo.tests import tagged

from odoo.addons.crm_sms_wallet.tests.common_law import LawCase

from .page_access import PageAccessCase


@tagged("standard", "post_install", "-at_install")
class TestOptOutPageAccess(LawCase, PageAccessCase):
    """The law asks for an easy way to refuse: also for those who hear the page, and
    with a shaky hand on a small phone."""

    def test_each_state(self):
        ask, done = self.deliver(), self.deliver(self.other)
        done._opt_out()
        for lang in ("th", "en"):
            self.check_page(f"/u/{ask.token}?lang={lang}")
            self.check_page(f"/u/{done.token}?lang={lang}")
        self.check_page("/u/nobodys1")
