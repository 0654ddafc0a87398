import {registry} from "@web/core/registry";

const search = (text) => [
    {content: "Search", trigger: ".o_searchview_input", run: `edit ${text}`},
    {trigger: ".o_searchview_input", run: "press Enter"},
];
const saved = {content: "The dialog has closed", trigger: "body:not(:has(.modal))"};

// Nobody has this number: one press makes a customer of it. The next one turns out to be
// known, and is opened instead.
registry.category("web_tour.tours").add("crm_segments_new_customer", {
    url: "/odoo/crm-customers",
    steps: () => [
        ...search("0898887777"),
        {
            content: "Nobody, so add the number",
            trigger: ".o_crm_add_typed:contains(0898887777)",
            run: "click",
        },
        {
            content: "It is filled in",
            trigger: ".modal .o_field_widget[name=phone] input:value(89 888 7777)",
        },
        {
            content: "Save",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        saved,
        {
            content: "The list shows the new customer",
            trigger: ".o_data_row td[name=phone]:contains(89 888 7777)",
        },
        {trigger: ".o_facet_remove", run: "click"},
        ...search("Newtour Nobody"),
        {trigger: ".o_crm_add_typed:contains(Newtour Nobody)", run: "click"},
        {trigger: ".modal .o_field_widget[name=name] input:value(Newtour Nobody)"},
        {
            content: "The phone number is known",
            trigger: ".modal .o_field_widget[name=phone] input",
            run: "edit 0897771234",
        },
        {
            content: "Leave the field",
            trigger: ".modal .o_field_widget[name=nickname] input",
            run: "click",
        },
        {
            content: "It is suggested, with its number: open it",
            trigger:
                ".modal .o_field_widget[name=duplicate_ids] button:contains(Newtour Known)",
            run: "click",
        },
        {
            content: "The customer who was there before",
            trigger:
                ".o_form_view .o_field_widget[name=first_name] input:value(Newtour)",
        },
        saved,
    ],
});

registry.category("web_tour.tours").add("crm_segments_new_customer_mobile", {
    url: "/odoo/crm-customers",
    steps: () => [
        {
            content: "Show the search",
            trigger: ".o_control_panel button:has(.fa-search)",
            run: "click",
        },
        ...search("Mobiltour X"),
        {trigger: ".o_crm_add_typed:contains(Mobiltour X)", run: "click"},
        {trigger: ".modal .o_field_widget[name=name] input:value(Mobiltour X)"},
        {trigger: ".modal .o_form_button_save", run: "click"},
        saved,
        {trigger: ".o_kanban_record:contains(Mobiltour X)"},
    ],
});
