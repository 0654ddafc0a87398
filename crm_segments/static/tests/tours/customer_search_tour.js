import {registry} from "@web/core/registry";

// Fill in the form, see how many are found, show them, and keep them as a segment.
registry.category("web_tour.tours").add("crm_segments_customer_search", {
    url: "/odoo/crm-customers",
    steps: () => [
        {
            content: "Open the form",
            trigger: ".o_control_panel button:contains(Advanced search)",
            run: "click",
        },
        {
            content: "Part of a name",
            trigger: ".modal .o_field_widget[name=text] input",
            run: "edit zuza",
        },
        {
            content: "Nothing is entered in the numbers yet",
            trigger: ".modal .o_field_widget[name=age_from] input:value()",
            run: "edit 20",
        },
        {
            content: "Two are found so far",
            trigger: ".modal .o_field_widget[name=customer_count]:contains(2)",
        },
        {
            content: "Choose the gender",
            trigger: ".modal .o_field_widget[name=gender_ids] input",
            run: "edit Femal",
        },
        {
            content: "Pick it",
            trigger: ".o-autocomplete--dropdown-item:contains(Female)",
            run: "click",
        },
        {
            content: "One is found",
            trigger: ".modal .o_field_widget[name=customer_count]:contains(1)",
        },
        {
            content: "In words",
            trigger:
                ".modal .o_field_widget[name=sentence]:contains(Age: from 20):contains(Gender: Female)",
        },
        {
            content: "Show them",
            trigger: ".modal button[name=action_show_customers]",
            run: "click",
        },
        {
            content: "Only she is listed, and the search stands above the list",
            trigger:
                ".o_list_view:not(:contains(Zuza Prem)):has(.o_facet_value:contains(Gender: Female)) td:contains(Zuza Amdee)",
        },
        {
            content: "Back to the form",
            trigger: ".o_control_panel button:contains(Advanced search)",
            run: "click",
        },
        {
            content: "It is as it was left; keep it as a segment",
            trigger:
                ".modal:has(.o_field_widget[name=sentence]:contains(Gender: Female)) button[name=action_name_segment]",
            run: "click",
        },
        {
            content: "Name it",
            trigger: ".modal .o_field_widget[name=segment_name] input",
            run: "edit Tour Zuzas",
        },
        {
            content: "Save",
            trigger: ".modal button[name=action_save_segment]",
            run: "click",
        },
        {
            content: "The segment is there",
            trigger: ".o_form_view .o_field_widget[name=name] input:value(Tour Zuzas)",
        },
    ],
});
