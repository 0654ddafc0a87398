import {registry} from "@web/core/registry";

const typePostcode = [
    {
        content: "Type the postcode",
        trigger: ".o_field_widget[name=zip] input",
        run: "edit 10100",
    },
    {
        content: "Leave the field",
        trigger: ".o_field_widget[name=name] input",
        run: "click",
    },
    {
        content: "Its sub-districts are there: press one",
        trigger: ".o_field_widget[name=postcode_place_id] span:contains(ตลาดน้อย)",
        run: "click",
    },
];

// A new customer in the short form: the postcode fills in the rest.
registry.category("web_tour.tours").add("crm_segments_postcode", {
    url: "/odoo/crm-customers",
    steps: () => [
        {
            trigger: ".o_control_panel button:contains(Add by phone)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Postcodetour",
        },
        ...typePostcode,
        {
            content: "The district is shown",
            trigger: ".modal .o_field_widget[name=city]:contains(สัมพันธวงศ์)",
        },
        {trigger: ".modal .o_form_button_save", run: "click"},
        {trigger: "body:not(:has(.modal))"},
    ],
});

registry.category("web_tour.tours").add("crm_segments_postcode_form", {
    url: "/odoo/crm-customers/new",
    steps: () => [
        {
            trigger:
                ".o_field_widget[name=name] input, .o_field_widget[name=name] textarea",
            run: "edit Postcodeform",
        },
        {
            trigger: ".o_field_widget[name=zip] input",
            run: "edit 10100",
        },
        {
            content: "Leave the field",
            trigger: ".o_field_widget[name=street] input",
            run: "click",
        },
        {
            content: "Its sub-districts are there: press one",
            trigger: ".o_field_widget[name=postcode_place_id] span:contains(ตลาดน้อย)",
            run: "click",
        },
        {
            content: "The sub-district is filled in",
            trigger: ".o_field_widget[name=subdistrict] input:value(ตลาดน้อย)",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {trigger: ".o_form_saved, .o_form_status_indicator_buttons.invisible"},
    ],
});
