import re
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.crm_loyalty_points.tools import colour

from ..tools.rich_menu_picture import ICONS

# Actions that open the member page, with the word of its link.
PAGES = {
    "card": "card",
    "rewards": "rewards",
    "codes": "codes",
    "history": "history",
    "claim": "claim",
}
# What an area becomes at first, in the order of the areas.
USUAL = ("card", "rewards", "codes", "history", "claim", "message")
USUAL_ICONS = {
    "card": "card",
    "rewards": "gift",
    "codes": "ticket",
    "history": "history",
    "claim": "bag",
    "url": "globe",
    "call": "phone",
    "message": "chat",
}
PHONE = re.compile(r"\+?[0-9]{3,15}")
# Of LINE.
LONGEST_URL, LONGEST_TEXT, LONGEST_LABEL = 1000, 300, 20


class CrmLineRichMenuArea(models.Model):
    """A part of a rich menu that can be touched."""

    _name = "crm.line.rich.menu.area"
    _description = "Area of a LINE Rich Menu"
    _order = "sequence, id"

    menu_id = fields.Many2one(
        "crm.line.rich.menu", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="menu_id.company_id", store=True, index=True)
    sequence = fields.Integer(required=True, default=10)
    words = fields.Text(
        required=True,
        default=lambda self: self.env._("Menu"),
        help="Drawn in the picture; also read aloud by phones. At most two lines.",
    )
    icon = fields.Selection(
        [
            ("card", "Card"),
            ("gift", "Gift"),
            ("ticket", "Ticket"),
            ("history", "History"),
            ("bag", "Bag"),
            ("star", "Star"),
            ("home", "House"),
            ("map", "Place"),
            ("globe", "Website"),
            ("phone", "Phone"),
            ("chat", "Chat"),
            ("tag", "Price tag"),
        ]
    )
    ground = fields.Char(
        "Colour", required=True, default=lambda self: self._default_colours()[0]
    )
    ink = fields.Char(
        "Text Colour", required=True, default=lambda self: self._default_colours()[1]
    )
    action = fields.Selection(
        [
            ("card", "Member card"),
            ("rewards", "Rewards"),
            ("codes", "My reward codes"),
            ("history", "History of points"),
            ("claim", "Claim an order of LINE SHOPPING"),
            ("url", "Website"),
            ("call", "Phone call"),
            ("message", "Writes a message"),
        ],
        "When Touched",
        required=True,
        default="card",
    )
    url = fields.Char("Address", help="Begins with https://")
    phone = fields.Char()
    message = fields.Char(
        help="The customer sends these words to you, as if typed, and you see them in "
        "the chat."
    )
    link = fields.Char(
        compute="_compute_link",
        help="What touching the area opens; it can be copied to anywhere else.",
    )

    @api.model
    def _default_colours(self):
        """:return: pair of the shop's colours, area and text"""
        shop = self.env["crm.shop"]._of_company()
        if shop:
            return shop.color_main, shop.color_on_main
        return "#0b6b3a", "#ffffff"

    @api.model
    def _usual(self, number):
        """:param int number: of an area, from 0
        :return: dict of values for it"""
        action = USUAL[number % len(USUAL)]
        env = self.env
        words = {
            "card": env._("My card"),
            "rewards": env._("Rewards"),
            "codes": env._("My codes"),
            "history": env._("History"),
            "claim": env._("Claim an order"),
            "message": env._("Contact us"),
        }
        return {
            "sequence": 10 * (number + 1),
            "action": action,
            "words": words[action],
            "icon": USUAL_ICONS[action],
            "message": action == "message" and env._("I have a question"),
        }

    @api.depends(
        "action", "url", "phone", "menu_id.channel_id", "menu_id.channel_id.liff_id"
    )
    def _compute_link(self):
        for area in self:
            area.link = area._get_uri()

    @api.onchange("action")
    def _onchange_action(self):
        if self.action and self.icon in (False, *USUAL_ICONS.values()):
            self.icon = USUAL_ICONS[self.action]

    @api.constrains("ground", "ink")
    def _check_colours(self):
        for area in self:
            for value in (area.ground, area.ink):
                if not colour.is_colour(value):
                    raise ValidationError(
                        self.env._(
                            "“%(value)s” is no colour. Colours are written as #rrggbb.",
                            value=value,
                        )
                    )

    @api.constrains("icon")
    def _check_icon(self):
        for area in self:
            if area.icon and area.icon not in ICONS:
                raise ValidationError(self.env._("This sign cannot be drawn."))

    def _get_uri(self):
        """:return: what touching the area opens, False when it opens nothing yet"""
        self.ensure_one()
        if self.action in PAGES:
            channel = self.menu_id.channel_id
            return channel and channel._member_page_url(PAGES[self.action])
        if self.action == "url":
            return (self.url or "").strip() or False
        if self.action == "call":
            number = self._get_phone_number()
            return number and f"tel:{number}"
        return False

    def _get_phone_number(self):
        return re.sub(r"[\s().-]", "", self.phone or "") or False

    def _get_problem(self):
        """:return: why LINE would not take the area, False when it would"""
        self.ensure_one()
        env = self.env
        if self.action in PAGES and not self._get_uri():
            return env._("The member page inside LINE is not set up (LIFF ID).")
        if self.action == "url":
            return self._get_url_problem()
        if self.action == "call" and not PHONE.fullmatch(
            self._get_phone_number() or ""
        ):
            return env._("Enter a phone number, digits only.")
        if self.action == "message":
            if not (self.message or "").strip():
                return env._("Enter what the customer writes.")
            if len(self.message) > LONGEST_TEXT:
                return env._(
                    "The message is longer than %(count)s letters.", count=LONGEST_TEXT
                )
        return False

    def _get_url_problem(self):
        url = self._get_uri() or ""
        if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
            return self.env._("Enter an address that begins with https://")
        if len(url) > LONGEST_URL:
            return self.env._(
                "The address is longer than %(count)s letters.", count=LONGEST_URL
            )
        return False

    def _get_title(self):
        """:return: the words and what happens, for people"""
        self.ensure_one()
        kinds = dict(self._fields["action"]._description_selection(self.env))
        words = " ".join((self.words or "").split())
        return f"{words}: {kinds.get(self.action, '')}"

    def _get_label(self):
        """:return: the words in one line, as long as LINE allows"""
        return " ".join((self.words or "").split())[:LONGEST_LABEL]

    def _as_action(self):
        """:return: dict of an action as LINE takes it"""
        self.ensure_one()
        if self.action == "message":
            action = {"type": "message", "text": self.message.strip()}
        else:
            action = {"type": "uri", "uri": self._get_uri()}
        label = self._get_label()
        return {**action, "label": label} if label else action
