{
    "name": "SMS Wallet and Campaigns",
    "version": "19.0.1.0.0",
    "category": "Marketing/SMS Marketing",
    "summary": "SMS at a cost known before sending, never paid twice; campaigns measured",
    "author": "The customer-loyalty suite contributors",
    "website": "https://github.com/crm-suite/crm-suite",
    "license": "LGPL-3",
    "depends": ["crm_segments", "mass_mailing_sms", "payment"],
    "external_dependencies": {"python": ["smsutil"]},
    "data": [
        "security/ir.model.access.csv",
        "security/crm_sms_law_security.xml",
        "security/sms_delivery_security.xml",
        "security/mailing_campaign_security.xml",
        "views/crm_sms_wallet_menus.xml",
    ],
    "application": True,
}
