import {registry} from "@web/core/registry";

// An e-mail campaign to a segment, counted before it is sent.
registry.category("web_tour.tours").add("crm_sms_wallet_campaign_mail", {
    steps: () => [
        {content: "New", trigger: ".o_list_button_add", run: "click"},
        {
            content: "Subject",
            trigger: ".o_field_widget[name=subject] input",
            run: "edit Mailtour",
        },
        {
            content: "The segment",
            trigger: ".o_field_widget[name=include_segment_ids] input",
            run: "edit Mailtour",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Mailtour)",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=include_segment_ids] .o_tag:contains(Mailtour)",
        },
        {
            content: "Count",
            trigger: "button.o_campaign_prepare:enabled",
            run: "click",
        },
        {
            content: "One gets it",
            trigger: ".o_field_widget[name=treated_count]:contains(1)",
        },
    ],
});
