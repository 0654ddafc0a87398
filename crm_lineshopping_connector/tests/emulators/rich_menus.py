"""Rich menus of an Official Account: menu, picture, default, for whom."""

import io

from PIL import Image

from .http_server import Answer

LARGEST = 1_000_000
KINDS = {"image/jpeg": "JPEG", "image/png": "PNG"}


class RichMenus:
    """For Messaging. ``menus`` {id: {"menu", "image"}}; ``default_menu`` an id or
    empty; ``user_menus`` {user id: id}; ``aliases`` {alias: id}."""

    def __init__(self):
        self.menus = {}
        self.default_menu = ""
        self.user_menus = {}
        self.aliases = {}
        self._menu_number = 0

    def _menu_errors(self, menu):
        size = menu.get("size") or {}
        width, height = size.get("width", 0), size.get("height", 0)
        errors = []
        if not 800 <= width <= 2500 or height < 250 or width < 1.45 * height:
            errors.append("size: 800 to 2500 wide, at least 250 high, ratio 1.45")
        if not 1 <= len(menu.get("chatBarText", "")) <= 14:
            errors.append("chatBarText has 1 to 14 characters")
        if not 1 <= len(menu.get("name", "")) <= 300:
            errors.append("name has 1 to 300 characters")
        if not 1 <= len(menu.get("areas") or ()) <= 20:
            errors.append("areas: 1 to 20 of them")
        for area in menu.get("areas") or ():
            box = area["bounds"]
            if box["x"] + box["width"] > width or box["y"] + box["height"] > height:
                errors.append("an area leaves the picture")
        return errors

    def create_menu(self, request):
        menu = request.json()
        errors = self._menu_errors(menu)
        if errors:
            return self.bad("; ".join(errors))
        if len(self.menus) >= 1000:
            return self.error(400, "The number of rich menus is at its limit")
        self._menu_number += 1
        number = f"richmenu-{self._menu_number:032x}"
        self.menus[number] = {"menu": menu, "image": b"", "kind": ""}
        return Answer(200, {"richMenuId": number})

    def validate_menu(self, request):
        errors = self._menu_errors(request.json())
        return self.bad("; ".join(errors)) if errors else Answer(200, {})

    def _as_served(self, number):
        return {"richMenuId": number, **self.menus[number]["menu"]}

    def list_menus(self, _request):
        return Answer(200, {"richmenus": [self._as_served(row) for row in self.menus]})

    def get_menu(self, _request, number):
        if number not in self.menus:
            return self.error(404, "richmenu not found")
        return Answer(200, self._as_served(number))

    def delete_menu(self, _request, number):
        if not self.menus.pop(number, None):
            return self.error(404, "richmenu not found")
        if self.default_menu == number:
            self.default_menu = ""
        self.user_menus = {k: v for k, v in self.user_menus.items() if v != number}
        return Answer(200, {})

    def set_image(self, request, number):
        if number not in self.menus:
            return self.error(404, "richmenu not found")
        row = self.menus[number]
        if row["image"]:
            return self.error(400, "An image has already been uploaded to the richmenu")
        wrong = self._image_error(request, row["menu"]["size"])
        if wrong:
            return self.bad(wrong)
        row.update(image=request.body, kind=request.content_type)
        return Answer(200, {})

    def _image_error(self, request, size):
        if request.content_type not in KINDS:
            return "Content-Type is no picture's"
        if len(request.body) > LARGEST:
            return "the picture is above 1 MB"
        try:
            picture = Image.open(io.BytesIO(request.body))
        except OSError:
            return "the picture cannot be read"
        if picture.format != KINDS[request.content_type]:
            return "the picture is of another kind than Content-Type says"
        if picture.size != (size["width"], size["height"]):
            return "the picture has another size than the menu"
        return ""

    def get_image(self, _request, number):
        row = self.menus.get(number)
        if not row or not row["image"]:
            return self.error(404, "image not found")
        return Answer(200, row["image"], row["kind"])

    def get_default(self, _request):
        if not self.default_menu:
            return self.error(404, "no default richmenu")
        return Answer(200, {"richMenuId": self.default_menu})

    def set_default(self, _request, number):
        if not self.menus.get(number, {}).get("image"):
            return self.error(400, "must upload richmenu image before applying it")
        self.default_menu = number
        return Answer(200, {})

    def unset_default(self, _request):
        self.default_menu = ""
        return Answer(200, {})

    def get_user_menu(self, _request, user_id):
        if user_id not in self.user_menus:
            return self.error(404, "the user has no richmenu")
        return Answer(200, {"richMenuId": self.user_menus[user_id]})

    def link_user(self, _request, user_id, number):
        if user_id not in self.users or not self.menus.get(number, {}).get("image"):
            return self.error(400, "no such user, or richmenu without image")
        self.user_menus[user_id] = number
        return Answer(200, {})

    def unlink_user(self, _request, user_id):
        self.user_menus.pop(user_id, None)
        return Answer(200, {})

    def link_users(self, request):
        body = request.json()
        for user_id in body["userIds"]:
            self.user_menus[user_id] = body["richMenuId"]
        return Answer(202, {})

    def unlink_users(self, request):
        for user_id in request.json()["userIds"]:
            self.user_menus.pop(user_id, None)
        return Answer(202, {})

    def create_alias(self, request):
        body = request.json()
        if body["richMenuAliasId"] in self.aliases:
            return self.error(400, "conflict richmenu alias id")
        self.aliases[body["richMenuAliasId"]] = body["richMenuId"]
        return Answer(200, {})

    def update_alias(self, request, alias):
        if alias not in self.aliases:
            return self.error(404, "richmenu alias not found")
        self.aliases[alias] = request.json()["richMenuId"]
        return Answer(200, {})

    def get_alias(self, _request, alias):
        if alias not in self.aliases:
            return self.error(404, "richmenu alias not found")
        content = {"richMenuAliasId": alias, "richMenuId": self.aliases[alias]}
        return Answer(200, content)

    def list_aliases(self, _request):
        rows = self.aliases.items()
        found = [{"richMenuAliasId": name, "richMenuId": menu} for name, menu in rows]
        return Answer(200, {"aliases": found})

    def delete_alias(self, _request, alias):
        if not self.aliases.pop(alias, None):
            return self.error(404, "richmenu alias not found")
        return Answer(200, {})

    ROUTES = (
        ("POST", "/v2/bot/richmenu", "create_menu"),
        ("POST", "/v2/bot/richmenu/validate", "validate_menu"),
        ("GET", "/v2/bot/richmenu/list", "list_menus"),
        ("POST", "/v2/bot/richmenu/bulk/link", "link_users"),
        ("POST", "/v2/bot/richmenu/bulk/unlink", "unlink_users"),
        ("POST", "/v2/bot/richmenu/alias", "create_alias"),
        ("GET", "/v2/bot/richmenu/alias/list", "list_aliases"),
        ("POST", "/v2/bot/richmenu/alias/([^/]+)", "update_alias"),
        ("GET", "/v2/bot/richmenu/alias/([^/]+)", "get_alias"),
        ("DELETE", "/v2/bot/richmenu/alias/([^/]+)", "delete_alias"),
        ("POST", "/v2/bot/richmenu/([^/]+)/content", "set_image"),
        ("GET", "/v2/bot/richmenu/([^/]+)/content", "get_image"),
        ("GET", "/v2/bot/richmenu/([^/]+)", "get_menu"),
        ("DELETE", "/v2/bot/richmenu/([^/]+)", "delete_menu"),
        ("POST", "/v2/bot/user/all/richmenu/([^/]+)", "set_default"),
        ("GET", "/v2/bot/user/all/richmenu", "get_default"),
        ("DELETE", "/v2/bot/user/all/richmenu", "unset_default"),
        ("GET", "/v2/bot/user/([^/]+)/richmenu", "get_user_menu"),
        ("POST", "/v2/bot/user/([^/]+)/richmenu/([^/]+)", "link_user"),
        ("DELETE", "/v2/bot/user/([^/]+)/richmenu", "unlink_user"),
    )
