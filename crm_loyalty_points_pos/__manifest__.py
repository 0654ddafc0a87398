{
    "name": "Loyalty Points at Tills",
    "version": "19.0.1.0.0",
    "category": "Sales/Point of Sale",
    "summary": "The till earns and spends points in the same ledger, by the same rules",
    "author": "The customer-loyalty suite contributors",
    "website": "https://github.com/crm-suite/crm-suite",
    "license": "LGPL-3",
    "depends": ["crm_segments_pos", "crm_loyalty_points", "pos_loyalty"],
    "data": [
        "security/ir.model.access.csv",
        "security/pos_points_exception_security.xml",
        "views/pos_points_exception_views.xml",
        "views/pos_config_views.xml",
        "views/pos_config_visit_views.xml",
    ],
    "assets": {
        "point_of_sale._assets_pos": ["crm_loyalty_points_pos/static/src/**/*"],
        "web.assets_tests": ["crm_loyalty_points_pos/static/tests/tours/**/*"],
        "web.assets_unit_tests": ["crm_loyalty_points_pos/static/tests/unit/**/*"],
    },
    "auto_install": True,
}
