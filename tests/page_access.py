"""What every page for members and for the counter must keep to.

A test class lists its pages; each is opened in Chromium and searched with axe-core, and
what a first visit loads of our own is weighed.
"""

import gzip
import re
import unittest
from pathlib import Path

from odoo.tests import HttpCase

AXE = Path(__file__).resolve().parents[1] / "node_modules" / "axe-core" / "axe.min.js"
# What people cannot work around; lesser findings are listed but do not fail.
SERIOUS = ("serious", "critical")
MAX_BYTES = 300 * 1000
READY = "document.readyState === 'complete'"
ASSETS = re.compile(
    r'(?:src|href)="(/(?:web/assets|web/image|crm_[a-z_]+|member)/[^"]+)"'
)

SEARCH = """
%(axe)s
(async () => {
    const found = await axe.run(document, {
        resultTypes: ["violations"],
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    });
    const lines = found.violations
        .filter((finding) => %(impacts)s.includes(finding.impact))
        .flatMap((finding) => finding.nodes.map(
            (node) => `${finding.impact} ${finding.id} ${node.target}: ${node.html}`));
    const wide = document.documentElement.scrollWidth;
    if (wide > window.innerWidth + 1) {
        lines.push(`serious overflow: ${wide} px wide on ${window.innerWidth} px`);
    }
    if (lines.length) {
        console.error("Findings: " + lines.join(" | "));
    } else {
        console.log("test successful");
    }
})();
"""


class PageAccessCase(HttpCase):
    """Base of the tests; a subclass calls :meth:`check_page` for each page."""

    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        if not AXE.is_file():
            raise unittest.SkipTest("axe-core is not installed: run setup/lint once")
        super().setUpClass()
        cls.search = SEARCH % {"axe": AXE.read_text(), "impacts": list(SERIOUS)}

    def check_page(self, url, **browser):
        """Fail for each serious finding of axe-core, and when the page is wider than
        the screen.

        :param browser: as for `browser_js`: login, cookies
        """
        with self.subTest(url=url, size=self.browser_size):
            self.browser_js(url, self.search, ready=READY, **browser)

    def check_weight(self, url):
        """Fail when a first visit loads too much of our own: page, styles, scripts and
        pictures, as they go over the line."""
        page = self.url_open(url)
        self.assertEqual(page.status_code, 200)
        sizes = {url: len(gzip.compress(page.content))}
        for asset in set(ASSETS.findall(page.text)):
            loaded = self.url_open(asset.replace("&amp;", "&"))
            self.assertEqual(loaded.status_code, 200, asset)
            sizes[asset] = len(gzip.compress(loaded.content))
        self.assertGreater(len(sizes), 1, "no asset found: does the pattern fit?")
        self.assertLess(sum(sizes.values()), MAX_BYTES, sizes)
