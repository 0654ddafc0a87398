import {registry} from "@web/core/registry";

// Write to a segment on LINE: see who gets it, what it takes and how it looks, send.
registry.category("web_tour.tours").add("crm_line_campaign", {
    steps: () => [
        {
            content: "New campaign",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=subject] input, .o_field_widget[name=subject] textarea",
            run: "edit Tea week on LINE",
        },
        {
            content: "Whom",
            trigger: ".o_field_widget[name=include_segment_ids] input",
            run: "edit Linetour",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Linetour)",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=line_title] input",
            run: "edit This week only",
        },
        {
            trigger: ".o_field_widget[name=line_button] input",
            run: "edit Order now",
        },
        {
            trigger: ".o_field_widget[name=link_url] input",
            run: "edit https://shop.example.com/tea",
        },
        {
            content: "Write the text",
            trigger: ".o_field_widget[name=body_plaintext] textarea",
            run: "edit Hello {nickname}, tea is cheap.",
        },
        {
            content: "Count and price",
            trigger: "button.o_campaign_prepare:enabled",
            run: "click",
        },
        {
            content: "Two get it, one is not on LINE",
            trigger: ".o_field_widget[name=treated_count]:contains(2)",
        },
        {trigger: ".o_field_widget[name=skipped_no_address]:contains(1)"},
        {
            content: "What it takes",
            trigger: ".o_field_widget[name=line_cost]:contains(0.30)",
        },
        {trigger: ".o_field_widget[name=line_left_after]:contains(88)"},
        {
            content: "How it looks",
            trigger: ".o_campaign_line_preview:contains(This week only)",
        },
        {trigger: ".o_campaign_line_preview:contains(Order now)"},
        {
            content: "Send",
            trigger: "button.o_campaign_confirm:enabled",
            run: "click",
        },
        {
            content: "The cost is said again",
            trigger: ".modal .o_field_widget[name=line_cost]:contains(0.30)",
        },
        {
            trigger: ".modal button.o_campaign_send:enabled",
            run: "click",
        },
        {trigger: "body:not(:has(.modal))"},
        {
            content: "It is on its way",
            trigger:
                ".o_statusbar_status button.o_arrow_button_current[data-value=sending]",
        },
    ],
});

// The same page as for other campaigns says what it brought.
registry.category("web_tour.tours").add("crm_line_campaign_result", {
    steps: () => [
        {
            content: "Open the result",
            trigger: ".o_data_row .o_data_cell:contains('Tea week on LINE')",
            run: "click",
        },
        {
            content: "What it brought stands there in words",
            trigger: ".o_field_widget[name=verdict_text]:contains('customers bought')",
        },
        {
            content: "So many got it, and one tapped",
            trigger: ".o_field_widget[name=group_ids] .o_data_row:contains('2')",
        },
        {trigger: ".o_field_widget[name=message_cost]:contains('0.30')"},
    ],
});
