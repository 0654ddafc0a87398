{
    "name": "LINE and LINE SHOPPING",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "summary": "Orders of LINE SHOPPING, membership inside LINE, messages and chat",
    "author": "The customer-loyalty suite contributors",
    "website": "https://github.com/crm-suite/crm-suite",
    "license": "LGPL-3",
    "depends": ["crm_loyalty_points"],
    "data": [
        "security/ir.model.access.csv",
        "security/crm_line_security.xml",
        "security/crm_line_chat_security.xml",
        "security/crm_lineshopping_security.xml",
        "data/crm_line_rich_menu_data.xml",
        "views/crm_line_menus.xml",
        "views/crm_line_channel_views.xml",
        "views/crm_line_channel_menu_views.xml",
        "views/crm_line_rich_menu_views.xml",
        "views/crm_lineshopping_shop_views.xml",
        "views/crm_lineshopping_order_views.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "crm_lineshopping_connector/static/src/rich_menu/**/*",
        ],
    },
    "application": True,
}
