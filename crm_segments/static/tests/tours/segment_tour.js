import {registry} from "@web/core/registry";

// An owner makes the first segment: names it, sees how many fit before saving, saves,
// and looks at the customers who are in.
registry.category("web_tour.tours").add("crm_segments_segment", {
    url: "/odoo/segments",
    steps: () => [
        {
            content: "Make a segment",
            trigger: ".o_kanban_view .o-kanban-button-new, .o-kanban-button-new",
            run: "click",
        },
        {
            content: "Name it",
            trigger: ".o_form_view .o_field_widget[name=name] input",
            run: "edit Tour segment",
        },
        {
            content: "Everybody fits as long as there is no rule",
            trigger:
                ".o_crm_segment_rule .o_field_widget[name=preview_count]:contains(3)",
        },
        {
            content: "Draw some of them only",
            trigger:
                ".o_field_widget[name=sample] select, .o_field_widget[name=sample] input",
            run: "click",
        },
        {
            content: "By number",
            trigger: ".o_select_menu_item:contains(Number)",
            run: "click",
        },
        {
            content: "Two of them",
            trigger: ".o_field_widget[name=sample_count] input",
            run: "edit 2 && press Tab",
        },
        {
            content: "The count follows before anything is saved",
            trigger:
                ".o_crm_segment_rule .o_field_widget[name=preview_count]:contains(2)",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "The members are there, look at them",
            trigger: ".oe_stat_button[name=action_view_customers]:contains(2)",
            run: "click",
        },
        {
            content: "They are customers of the list",
            trigger: ".o_list_view .o_data_row:nth-child(2) td:contains(Tour Guest)",
        },
    ],
});

// A rule that counts days from today is read in words, and changed.
registry.category("web_tour.tours").add("crm_segments_relative_date", {
    steps: () => [
        {
            content: "The day stands there as a number of days",
            trigger: ".o_crm_relative_date input:value(30)",
        },
        {
            content: "and says what is counted",
            trigger: ".o_crm_relative_date select:value(-d)",
        },
        {
            content: "No other day is broken by it",
            trigger: ".o_crm_segment_rule:not(:contains(Invalid))",
        },
        {
            content: "Count more of them",
            trigger: ".o_crm_relative_date input",
            run: "edit 3 && press Tab",
        },
        {
            content: "Count months",
            trigger: ".o_crm_relative_date input:value(3)",
            run() {
                const select = document.querySelector(".o_crm_relative_date select");
                select.value = "-m";
                select.dispatchEvent(new Event("change", {bubbles: true}));
            },
        },
        {
            content: "The rule has changed",
            trigger: ".o_crm_relative_date select:value(-m)",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "It is saved",
            trigger: ".o_form_saved, .o_form_view:not(:has(.o_form_dirty))",
        },
    ],
});
