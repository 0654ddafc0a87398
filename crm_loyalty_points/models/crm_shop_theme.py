import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import colour
from ..tools.qr_svg import qr_svg

# Ready looks: main colour, text on it, card colour, text on it.
READY = {
    "violet": ("#6b3fa0", "#ffffff", "#4a2575", "#ffffff"),
    "green": ("#0b6b3a", "#ffffff", "#0d4f2d", "#ffffff"),
    "sea": ("#0a5c8a", "#ffffff", "#073b5c", "#ffffff"),
    "rose": ("#b0215a", "#ffffff", "#fbe3ec", "#7a0f3a"),
    "coffee": ("#5c3a21", "#ffffff", "#f3e7d8", "#4a2c17"),
    "night": ("#1f2328", "#ffffff", "#14171a", "#f0d48a"),
}
COLOURS = ("color_main", "color_on_main", "card_color", "card_text_color")
SIZES = {"normal": "16px", "large": "18px", "xlarge": "21px"}
CORNERS = {"round": "14px", "soft": "6px", "square": "0"}
# The page itself is nearly white; what is written in the shop's colour on it is
# darkened until it can be read.
PAGE = "#f6f7f9"
USUAL_WORD = "คะแนน"
POINTS_OR_TYPED = re.compile(
    rf'(<textarea.*?</textarea>|\bvalue="[^"]*")|{USUAL_WORD}', re.DOTALL
)


class CrmShop(models.Model):
    """How the pages of a shop look."""

    _inherit = "crm.shop"

    ready_theme = fields.Selection(
        [
            ("violet", "Violet"),
            ("green", "Green"),
            ("sea", "Sea"),
            ("rose", "Rose"),
            ("coffee", "Coffee"),
            ("night", "Night"),
        ],
        compute="_compute_ready_theme",
        readonly=False,
        help="Sets all colours at once; each can be changed afterwards.",
    )
    color_main = fields.Char("Main Colour", required=True, default=READY["violet"][0])
    color_on_main = fields.Char(
        "Text on Main Colour", required=True, default=READY["violet"][1]
    )
    card_color = fields.Char("Card Colour", required=True, default=READY["violet"][2])
    card_text_color = fields.Char(
        "Text on Card", required=True, default=READY["violet"][3]
    )
    card_background = fields.Selection(
        [("color", "Colour"), ("picture", "Picture")], required=True, default="color"
    )
    font_size = fields.Selection(
        [("normal", "Normal"), ("large", "Large"), ("xlarge", "Very large")],
        required=True,
        default="normal",
    )
    corner_style = fields.Selection(
        [("round", "Round"), ("soft", "Slightly round"), ("square", "Square")],
        "Corners",
        required=True,
        default="round",
    )
    points_word = fields.Selection(
        [("คะแนน", "คะแนน"), ("แต้ม", "แต้ม")],
        "Word for Points",
        required=True,
        default="คะแนน",
        help="What points are called on the Thai pages for members.",
    )
    channel_ids = fields.One2many("crm.shop.channel", "shop_id", "Contact Channels")
    main_hint = fields.Char(compute="_compute_hints")
    card_hint = fields.Char(compute="_compute_hints")
    use_main_hint = fields.Boolean(store=False)
    use_card_hint = fields.Boolean(store=False)

    @api.depends(*COLOURS)
    def _compute_ready_theme(self):
        for shop in self:
            own = tuple(shop[name] for name in COLOURS)
            shop.ready_theme = next(
                (key for key, colours in READY.items() if colours == own), False
            )

    @api.depends(*COLOURS, "card_background")
    def _compute_hints(self):
        for shop in self:
            shop.main_hint = shop._contrast_error("color_on_main", "color_main")
            # over a picture lies a layer that lets any text be read
            shop.card_hint = shop.card_background == "color" and shop._contrast_error(
                "card_text_color", "card_color"
            )

    @api.onchange("ready_theme")
    def _onchange_ready_theme(self):
        if self.ready_theme:
            self.update(dict(zip(COLOURS, READY[self.ready_theme], strict=True)))

    @api.onchange("use_main_hint")
    def _onchange_use_main_hint(self):
        if self.use_main_hint:
            self._use_proposal("color_on_main", "color_main")
            self.use_main_hint = False

    @api.onchange("use_card_hint")
    def _onchange_use_card_hint(self):
        if self.use_card_hint:
            self._use_proposal("card_text_color", "card_color")
            self.use_card_hint = False

    @api.constrains(*COLOURS, "card_background")
    def _check_colours(self):
        for shop in self:
            for name in COLOURS:
                if not colour.is_colour(shop[name]):
                    raise ValidationError(
                        self.env._(
                            "“%(value)s” is no colour. Colours are written as #rrggbb.",
                            value=shop[name],
                        )
                    )
            if problem := shop.main_hint or shop.card_hint:
                raise ValidationError(problem)

    def _use_proposal(self, text_field, ground_field):
        """Take the nearest pair of colours that can be read."""
        self.ensure_one()
        pair = (self[text_field], self[ground_field])
        if all(map(colour.is_colour, pair)):
            self[text_field], self[ground_field] = colour.proposal(*pair)

    def _contrast_error(self, text_field, ground_field):
        """:return: why text of one colour cannot be read on the other and what would
        do, False when it can"""
        self.ensure_one()
        text, ground = self[text_field], self[ground_field]
        if not (colour.is_colour(text) and colour.is_colour(ground)):
            return False
        if colour.is_readable(text, ground):
            return False
        new_text, new_ground = colour.proposal(text, ground)
        changed = text_field if new_text != text else ground_field
        return self.env._(
            "%(text)s cannot be read well on %(ground)s: the contrast is %(ratio)s, "
            "and %(least)s is needed. The nearest that does: %(field)s %(proposal)s.",
            text=text,
            ground=ground,
            # never rounded up to what would be enough
            ratio=f"{int(colour.contrast(text, ground) * 100) / 100:.2f}",
            least=colour.READABLE,
            field=self._fields[changed]._description_string(self.env),
            proposal=new_text if new_text != text else new_ground,
        )

    def _get_style(self):
        style = super()._get_style()
        layer, opacity = colour.scrim(self._safe_colour("card_text_color"))
        channels = ", ".join(map(str, colour.rgb(layer)))
        main = self._safe_colour("color_main")
        return {
            **style,
            "shop-main": main,
            "shop-on-main": self._safe_colour("color_on_main"),
            "shop-accent": colour.nearest_readable(main, PAGE),
            "shop-card": self._safe_colour("card_color"),
            "shop-card-text": self._safe_colour("card_text_color"),
            "shop-card-scrim": f"rgba({channels}, {opacity:.2f})",
            "shop-font-size": SIZES.get(self.font_size, SIZES["normal"]),
            "shop-radius": CORNERS.get(self.corner_style, CORNERS["round"]),
        }

    def _safe_colour(self, name):
        """:return: the colour, or the one of a new shop while the form holds none"""
        own = self[name]
        return own if colour.is_colour(own) else READY["violet"][COLOURS.index(name)]

    def _get_qr_svg(self, text, label=""):
        """:return: Markup of a QR code, for the pages"""
        return qr_svg(text, label)

    def _say_points(self, text):
        """:param str text: a Thai text or page
        :return: the same with the shop's own word for points; what somebody typed into
            a form stays as it was"""
        self.ensure_one()
        word = self.points_word
        if not word or word == USUAL_WORD:
            return text
        return POINTS_OR_TYPED.sub(lambda match: match.group(1) or word, text)
