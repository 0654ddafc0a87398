import {registry} from "@web/core/registry";

const call = [
    {
        content: "Look at what was said",
        trigger: ".o_notebook a[name=customer_contacts]",
        run: "click",
    },
    {
        content: "Nothing yet",
        trigger: ".o_notebook_content p:contains(No message and no call yet)",
    },
    {
        content: "Write down a call",
        trigger: ".o_notebook_content button[name=action_log_call]",
        run: "click",
    },
    {
        content: "The line was busy",
        trigger: ".modal .o_field_widget[name=result] label:contains(Busy)",
        run: "click",
    },
    {
        content: "A word about it",
        trigger: ".modal .o_field_widget[name=note] textarea",
        run: "edit again at five",
    },
    {
        content: "Save",
        trigger: ".modal footer button:contains(Save)",
        run: "click",
    },
    {
        content: "It is counted",
        trigger: ".o_notebook a[name=customer_contacts]:contains((1))",
    },
    {
        content: "And its total stands above",
        trigger: ".o_field_widget[name=contact_summary]:contains(Call 1)",
    },
];

registry.category("web_tour.tours").add("crm_segments_customer_page", {
    steps: () => [
        {
            content: "The tab counts the orders",
            trigger: ".o_notebook a[name=customer_orders]:contains((3))",
        },
        ...call,
        {
            content: "A press on the call opens it again",
            trigger:
                ".o_field_widget[name=contact_history_ids] td:contains(again at five)",
            run: "click",
        },
        {
            content: "Close it",
            trigger: ".modal footer button:contains(Save)",
            run: "click",
        },
        {
            content: "When and what was bought",
            trigger: ".o_notebook a[name=customer_buying]",
            run: "click",
        },
        {
            content: "A bar per month",
            trigger: ".o_field_widget[name=bought_by_month] canvas",
        },
        {
            content: "The other tabs open as well",
            trigger: ".o_notebook a[name=customer_profile]",
            run: "click",
        },
        {
            content: "With their fields",
            trigger: ".o_field_widget[name=residence_type]",
        },
        {
            content: "Addresses too",
            trigger: ".o_notebook a[name=contact_addresses]",
            run: "click",
        },
        {
            content: "Ready to add one",
            trigger: ".o_field_widget[name=child_ids]:contains(Add)",
        },
        {
            content: "Back to the orders",
            trigger: ".o_notebook a[name=customer_orders]",
            run: "click",
        },
        {
            content: "Open the confirmed one",
            trigger:
                ".o_field_widget[name=customer_order_ids] tr:contains(Confirmed) td[name=name]",
            run: "click",
        },
        {
            content: "It is the order itself",
            trigger: ".o_form_view .o_field_widget[name=order_line]",
        },
    ],
});

registry.category("web_tour.tours").add("crm_segments_customer_page_phone", {
    steps: () => [
        {
            content: "Orders are cards",
            trigger:
                ".o_field_widget[name=customer_order_ids] .o_kanban_record:contains(Confirmed)",
        },
        ...call,
        {
            content: "The call is a card",
            trigger:
                ".o_field_widget[name=contact_history_ids] .o_kanban_record:contains(again at five)",
        },
        {
            content: "Back to the orders",
            trigger: ".o_notebook a[name=customer_orders]",
            run: "click",
        },
        {
            content: "Open the confirmed one",
            trigger:
                ".o_field_widget[name=customer_order_ids] .o_kanban_record:contains(Confirmed)",
            run: "click",
        },
        {
            content: "It is the order itself",
            trigger: ".o_form_view .o_field_widget[name=order_line]",
        },
    ],
});
