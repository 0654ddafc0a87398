{
    "name": "LINE Campaigns",
    "version": "19.0.1.0.0",
    "category": "Marketing",
    "summary": "Campaigns and automatic messages to customers by LINE",
    "author": "The customer-loyalty suite contributors",
    "website": "https://github.com/crm-suite/crm-suite",
    "license": "LGPL-3",
    "depends": ["crm_lineshopping_connector", "crm_sms_wallet"],
    "data": [
        "views/mailing_campaign_views.xml",
        "views/crm_line_message_views.xml",
    ],
    "assets": {
        "web.assets_tests": [
            "crm_lineshopping_campaigns/static/tests/tours/*.js",
        ],
    },
    "auto_install": True,
}
