"""Notices as LINE shows them: a bubble in the colours of the shop."""

from dataclasses import dataclass, replace

from markupsafe import Markup

ALT_MOST = 400
TEXT_MOST = 2000
TITLE_MOST = 100
LABEL_MOST = 20
QUIET = "#6b7280"
INK = "#1f2328"


@dataclass(frozen=True)
class Theme:
    """Colours as ``#rrggbb``."""

    main: str = "#6b3fa0"
    on_main: str = "#ffffff"


@dataclass(frozen=True)
class Notice:
    """What a bubble says.

    :ivar str big: one thing to be seen at a glance: points, a code
    :ivar buttons: pairs (label, address)
    :ivar small: pairs (text, address, action or ""), written small below
    """

    title: str
    text: str
    big: str = ""
    buttons: tuple = ()
    small: tuple = ()
    picture: str = ""


def bubble(theme, notice):
    """:return: dict, one message as LINE takes it"""
    content = {"type": "bubble", "body": _box(_body(notice))}
    if notice.picture:
        content["hero"] = {
            "type": "image",
            "url": notice.picture,
            "size": "full",
            "aspectMode": "cover",
            "aspectRatio": "20:13",
        }
    if notice.title:
        title = _text(
            notice.title[:TITLE_MOST], color=theme.on_main, weight="bold", size="lg"
        )
        content["header"] = {**_box([title]), "backgroundColor": theme.main}
    if foot := _foot(theme, notice):
        content["footer"] = {**_box(foot), "spacing": "sm"}
    said = " ".join(filter(None, (notice.title, notice.big, notice.text)))
    return {
        "type": "flex",
        "altText": " ".join(said.split())[:ALT_MOST] or "-",
        "contents": content,
    }


def _body(notice):
    body = []
    if notice.big:
        body.append(_text(notice.big, weight="bold", size="xxl", align="center"))
    if notice.text.strip():
        more = {"margin": "lg"} if body else {}
        body.append(_text(notice.text.strip()[:TEXT_MOST], color=INK, **more))
    return body or [_text("-")]


def _foot(theme, notice):
    foot = [
        {
            "type": "button",
            "style": "primary",
            "color": theme.main,
            "height": "sm",
            "action": _open(label, url),
        }
        for label, url in notice.buttons
    ]
    return foot + [_small(text, url) for text, url in notice.small]


def add_foot(message, text, url):
    """Write a link, small, below a bubble that is there already."""
    content = message["contents"]
    foot = content.setdefault("footer", {**_box([]), "spacing": "sm"})
    foot["contents"].append(_small(text, url))


def _small(text, url):
    more = {"action": _open(text, url)} if url else {}
    return _text(text, size="xs", color=QUIET, align="center", **more)


def _open(label, target):
    """:param target: an address, or an action as LINE takes it, without its label"""
    action = target if isinstance(target, dict) else {"type": "uri", "uri": target}
    return {**action, "label": label[:LABEL_MOST]}


def _text(text, **look):
    return {"type": "text", "text": text, "wrap": True, **look}


def _box(contents):
    return {"type": "box", "layout": "vertical", "contents": contents}


def as_html(theme, notice):
    """:return: Markup: about how a telephone shows the bubble"""
    parts = []
    if notice.picture:
        parts.append(
            Markup('<img src="%s" alt="" style="width:100%%;display:block"/>')
            % notice.picture
        )
    if notice.title:
        parts.append(
            Markup(
                '<div style="background:%s;color:%s;padding:16px;font-weight:bold;'
                'font-size:1.15em">%s</div>'
            )
            % (theme.main, theme.on_main, notice.title)
        )
    body = Markup("")
    if notice.big:
        body += (
            Markup(
                '<div style="font-size:1.6em;font-weight:bold;text-align:center">'
                "%s</div>"
            )
            % notice.big
        )
    body += Markup('<div style="white-space:pre-line;margin-top:8px">%s</div>') % (
        notice.text.strip()
    )
    parts.append(Markup('<div style="padding:16px">%s</div>') % body)
    for label, _url in notice.buttons:
        parts.append(
            Markup(
                '<div style="background:%s;color:#fff;margin:0 16px 12px;padding:8px;'
                'border-radius:6px;text-align:center">%s</div>'
            )
            % (theme.main, label)
        )
    for text, _url in notice.small:
        parts.append(
            Markup(
                '<div style="color:%s;font-size:.8em;text-align:center;'
                'padding-bottom:12px">%s</div>'
            )
            % (QUIET, text)
        )
    return Markup(
        '<div style="max-width:300px;border-radius:16px;overflow:hidden;'
        'background:#fff;color:%s;border:1px solid #ddd">%s</div>'
    ) % (INK, Markup("").join(parts))


def replace_text(notice, text):
    """:return: the notice with another text"""
    return replace(notice, text=text)


def beside(parts):
    """:return: Markup: previews one after another"""
    return Markup('<div style="display:flex;flex-wrap:wrap;gap:16px">%s</div>') % (
        Markup("").join(parts)
    )
