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
        "security/crm_lineshopping_security.xml",
        "views/crm_line_menus.xml",
        "views/crm_line_channel_views.xml",
        "views/crm_lineshopping_shop_views.xml",
    ],
    "application": True,
}
