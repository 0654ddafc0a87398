import {registry} from "@web/core/registry";

// Tick customers, write a text, see what it costs, send.
registry.category("web_tour.tours").add("crm_sms_wallet_campaign", {
    url: "/odoo/crm-customers",
    steps: () => [
        {
            content: "Credits and the way to more of them",
            trigger: ".o_customer_credit:contains(Buy SMS credit)",
        },
        {
            content: "Search",
            trigger: ".o_searchview_input",
            run: "edit Smstour",
        },
        {trigger: ".o_searchview_input", run: "press Enter"},
        {trigger: ".o_pager_limit:contains(3)"},
        {
            content: "Tick all of them",
            trigger: "thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Send SMS",
            trigger: ".o_selection_container button:contains(Send SMS)",
            run: "click",
        },
        {
            content: "Write the text",
            trigger: ".o_field_widget[name=body_plaintext] textarea",
            run: "edit Hello {nickname} {optout}",
        },
        {
            content: "Count and price",
            trigger: "button.o_campaign_prepare:enabled",
            run: "click",
        },
        {
            content: "Two get it, one has not agreed",
            trigger: ".o_field_widget[name=treated_count]:contains(2)",
        },
        {trigger: ".o_field_widget[name=skipped_opted_out]:contains(1)"},
        {
            content: "The cost",
            trigger: ".o_field_widget[name=sms_cost]:contains(1.50)",
        },
        {
            content: "Send",
            trigger: "button.o_campaign_confirm:enabled",
            run: "click",
        },
        {
            content: "The cost is said again",
            trigger: ".modal .o_field_widget[name=sms_cost]:contains(1.50)",
        },
        {
            content: "Yes",
            trigger: ".modal button.o_campaign_send:enabled",
            run: "click",
        },
        {trigger: "body:not(:has(.modal))"},
        {
            content: "It is on its way",
            trigger:
                ".o_statusbar_status button.o_arrow_button_current[data-value=sending]",
        },
        {trigger: "button[name=action_pause]:visible"},
    ],
});
