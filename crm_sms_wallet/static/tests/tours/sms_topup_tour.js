import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("crm_sms_wallet_topup", {
    steps: () => [
        {
            content: "The wallet shows what is there; more money is needed",
            trigger: ".o_form_view button[name=action_topup]",
            run: "click",
        },
        {
            content: "How much",
            trigger: ".modal .o_field_widget[name=amount] input",
            run: "edit 3500",
        },
        {
            content: "Go to the payment page",
            trigger: ".modal button[name=action_pay]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The seller's payment method",
            trigger: "#o_payment_form input[name=o_payment_radio]",
            run: "click",
        },
        {
            content: "Its card number",
            trigger: "#o_payment_form input[id^=customer_input]",
            run: "edit 4242",
        },
        {
            content: "Pay",
            trigger: "button[name=o_payment_submit_button]:not(:disabled)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Paid; back to the wallet",
            trigger: "body:has(.o_sms_topup_done) a:contains(Back to the wallet)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The money is there: buy credits with it",
            trigger:
                ".o_form_view:has(.o_field_widget[name=balance]:contains(3,500)) button[name=action_buy]:visible",
            run: "click",
        },
        {
            content: "Which package",
            trigger: ".modal .o_field_widget[name=package_id] input",
            run: "edit Tour package",
        },
        {
            trigger: ".ui-autocomplete a:contains(Tour package)",
            run: "click",
        },
        {
            content: "What it costs is seen before",
            trigger: ".modal .o_field_widget[name=credits_after]:contains(5,000)",
        },
        {
            content: "Buy",
            trigger: ".modal button[name=action_buy]:visible",
            run: "click",
        },
        {
            content: "5,000 credits",
            trigger:
                "body:not(:has(.modal)) .o_field_widget[name=credits]:contains(5,000)",
        },
    ],
});
