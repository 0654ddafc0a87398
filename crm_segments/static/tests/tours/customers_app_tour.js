import {registry} from "@web/core/registry";

// A shopkeeper's first minute: look at the groups, pick one, find somebody by a part
// of the phone number, and enter a new customer of whom only the phone is known.
registry.category("web_tour.tours").add("crm_segments_customers_app", {
    url: "/odoo/crm-customers",
    steps: () => [
        {
            content: "The tabs show how many customers each group has",
            trigger:
                ".o_search_panel_category_value:contains(Prospect) .o_search_panel_counter",
        },
        {
            content: "Switch to the prospects",
            trigger: ".o_search_panel_category_value:contains(Prospect) header",
            run: "click",
        },
        {
            content: "Only they are listed",
            trigger:
                ".o_list_view:not(:contains(Tour Buyer)) td:contains(Tour Prospect)",
        },
        {
            content: "Back to all",
            trigger: ".o_search_panel_category_value:contains(All) header",
            run: "click",
        },
        {
            content: "Everybody is back",
            trigger: ".o_list_view td:contains(Tour Buyer)",
        },
        {
            content: "Find by a part of the phone number",
            trigger: ".o_searchview_input",
            run: "edit 0899 777",
        },
        {
            content: "Search",
            trigger: ".o_searchview_input",
            run: "press Enter",
        },
        {
            content: "Found, though the number is stored in another form",
            trigger:
                ".o_list_view:not(:contains(Tour Prospect)) td:contains(Tour Buyer)",
        },
        {
            content: "Add a customer by phone",
            trigger: "button:contains(Add by phone)",
            run: "click",
        },
        {
            content: "Only the phone is known",
            trigger: ".modal .o_field_widget[name=phone] input",
            run: "edit 0861112222",
        },
        {
            content: "Leave the field",
            trigger: ".modal .o_field_widget[name=nickname] input",
            run: "click",
        },
        {
            content: "Save",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "The dialog has closed",
            trigger: "body:not(:has(.modal))",
        },
        {
            content: "Take the filter away",
            trigger: ".o_facet_remove",
            run: "click",
        },
        {
            content: "The new customer is called by the phone number",
            trigger: ".o_list_view td[name=complete_name]:contains(86 111 2222)",
            run: "click",
        },
        {
            content: "The page says who it is",
            trigger: ".o_form_view .o_field_widget[name=member_number]:contains(M)",
        },
        {
            content: "Give the customer a name",
            trigger: ".o_field_widget[name=first_name] input",
            run: "edit Lek",
        },
        {
            content: "The full name follows",
            trigger: ".o_field_widget[name=nickname] input",
            run: "click",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Saved",
            trigger:
                ".o_form_saved, .o_form_view:not(:has(.o_form_button_save:visible))",
        },
    ],
});
