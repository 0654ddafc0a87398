import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("crm_sms_automation", {
    steps: () => [
        {
            content: "One line for each moment, all of them off",
            trigger:
                ".o_data_row:contains('Birthday') .o_boolean_toggle input:not(:checked)",
        },
        {
            content: "Look at the birthday",
            trigger: ".o_data_row .o_data_cell[name=name]:contains('Birthday')",
            run: "click",
        },
        {
            content: "What a customer gets",
            trigger: ".o_field_widget[name=preview]:contains('birthday Tour')",
        },
        {
            content: "A text without a way out is not switched on",
            trigger: ".o_field_widget[name=text_en] textarea",
            run: "edit Happy birthday from {shop} && press Tab",
        },
        {
            content: "The page says so while it is written",
            trigger: ".o_field_widget[name=findings]:contains('how to refuse')",
        },
        {
            trigger: ".o_field_widget[name=text_en] textarea",
            run: "edit {shop}: happy birthday {nickname}! {optout} && press Tab",
        },
        {
            trigger: ".o_field_widget[name=preview]:contains('happy birthday Tour')",
        },
        {
            content: "Switch it on, which saves",
            trigger: ".o_field_widget[name=is_on] input",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
        {
            content: "Since when",
            trigger: ".o_field_widget[name=on_since]:not(.o_field_empty)",
        },
        {
            content: "What was sent, and what not",
            trigger: "button[name=action_open_events]:contains('Not Sent')",
            run: "click",
        },
        {
            trigger: ".o_list_view .breadcrumb-item, .o_list_view .o_breadcrumb",
        },
    ],
});

registry.category("web_tour.tours").add("crm_sms_stop", {
    steps: () => [
        {
            content: "Somebody called",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=number] input",
            run: "edit 081 234 5678",
        },
        {
            trigger: ".o_field_widget[name=reason] input",
            run: "edit Called us",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=number]:contains('+66812345678')",
        },
        {
            content: "And wants it again",
            trigger: "button[name=action_lift]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit Asked for it at the counter",
        },
        {
            trigger: ".modal footer button[name=action_lift]",
            run: "click",
        },
        {
            content: "The row stays as a proof",
            trigger: ".o_field_widget[name=lift_reason]:contains('counter')",
        },
    ],
});
