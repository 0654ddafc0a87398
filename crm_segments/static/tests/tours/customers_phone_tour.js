import {registry} from "@web/core/registry";

// The same app on a phone: cards, the groups behind a button, one short form.
registry.category("web_tour.tours").add("crm_segments_customers_phone", {
    url: "/odoo/crm-customers",
    steps: () => [
        {
            content: "Customers are cards here",
            trigger: ".o_kanban_view .o_kanban_record",
        },
        {
            content: "Open the groups",
            trigger: ".o_search_panel .dropdown-toggle",
            run: "click",
        },
        {
            content: "Pick the prospects; each group tells its count",
            trigger: ".o_search_panel_category_value:contains(Prospect) header",
            run: "click",
        },
        {
            content: "Only they are shown",
            trigger: ".o_kanban_record:contains(Tour Prospect)",
        },
        {
            content: "Enter a customer",
            trigger: ".o-kanban-button-new",
            run: "click",
        },
        {
            content: "Only a nickname is known",
            trigger: ".modal .o_field_widget[name=nickname] input",
            run: "edit Tour Noi",
        },
        {
            content: "Leave the field",
            trigger: ".modal .o_field_widget[name=first_name] input",
            run: "click",
        },
        {
            content: "Save",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The card is there",
            trigger: "body:not(:has(.modal)) .o_kanban_record:contains(Tour Noi)",
            timeout: 30000,
        },
    ],
});
