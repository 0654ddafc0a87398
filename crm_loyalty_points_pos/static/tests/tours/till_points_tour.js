import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as Points from "@crm_loyalty_points_pos/../tests/tours/till_points_util";
import * as PosLoyalty from "@pos_loyalty/../tests/tours/utils/pos_loyalty_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as TicketScreen from "@point_of_sale/../tests/pos/tours/utils/ticket_screen_util";
import {registry} from "@web/core/registry";

function start() {
    return [
        Chrome.startPoS(),
        Dialog.confirm("Open Register"),
        ProductScreen.clickPartnerButton(),
        ProductScreen.clickCustomer("Somsri"),
    ];
}

function pay() {
    return [
        ProductScreen.clickPayButton(),
        PaymentScreen.clickPaymentMethod("Cash"),
        PaymentScreen.clickValidate(),
        ReceiptScreen.isShown(),
    ];
}

registry.category("web_tour.tours").add("crm_till_earn", {
    steps: () =>
        [
            start(),
            Points.balanceIs("350"),
            ProductScreen.addOrderline("Points Tea", "3"),
            Points.earns("11"),
            pay(),
            Points.receiptHas("earned", "+11"),
            Points.receiptHas("balance", "361"),
        ].flat(2),
});

registry.category("web_tour.tours").add("crm_till_partial_use", {
    steps: () =>
        [
            start(),
            ProductScreen.addOrderline("Points Tea", "3"),
            Points.openPoints(),
            Points.typePoints("999"),
            {
                content: "more than there is cannot be used",
                trigger: ".o_points_confirm:disabled",
            },
            {trigger: ".o_points_popup .numpad-button:contains(⌫)", run: "click"},
            {trigger: ".o_points_popup .numpad-button:contains(⌫)", run: "click"},
            {trigger: ".o_points_popup .numpad-button:contains(⌫)", run: "click"},
            Points.typePoints("120"),
            {trigger: ".o_points_confirm:enabled", run: "click"},
            Points.spends("120"),
            PosLoyalty.orderTotalIs("285.00"),
            Points.openPoints(),
            {trigger: '.o_points_choice[data-choice="half"]', run: "click"},
            Points.spends("180"),
            PosLoyalty.orderTotalIs("279.00"),
            Points.openPoints(),
            {trigger: ".o_points_none", run: "click"},
            PosLoyalty.orderTotalIs("297.00"),
            Points.openPoints(),
            Points.typePoints("50"),
            {trigger: ".o_points_confirm:enabled", run: "click"},
            PosLoyalty.orderTotalIs("292.00"),
            pay(),
            Points.receiptHas("spent", "50"),
            Points.receiptHas("balance", "311"),
        ].flat(2),
});

registry.category("web_tour.tours").add("crm_till_refund", {
    steps: () =>
        [
            start(),
            ProductScreen.addOrderline("Points Tea", "3"),
            Points.openPoints(),
            Points.typePoints("100"),
            {trigger: ".o_points_confirm:enabled", run: "click"},
            Points.spends("100"),
            pay(),
            Points.receiptHas("balance", "261"),
            ReceiptScreen.clickNextOrder(),
            ProductScreen.clickRefund(),
            TicketScreen.selectOrder("001"),
            ProductScreen.clickNumpad("2"),
            TicketScreen.toRefundTextContains("To Refund: 2"),
            TicketScreen.confirmRefund(),
            PaymentScreen.isShown(),
            {
                content: "what the refund takes is said before it is paid",
                trigger: '.o_points_return:contains("8 points are taken back")',
            },
            PaymentScreen.clickPaymentMethod("Cash"),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
            Points.receiptHas("spent", "8"),
            Points.receiptHas("balance", "253"),
        ].flat(2),
});

registry.category("web_tour.tours").add("crm_till_waiting", {
    steps: () =>
        [
            start(),
            ProductScreen.addOrderline("Points Tea", "3"),
            Points.earns("11"),
            Points.openPoints(),
            {
                content: "points of this order are not there yet",
                trigger: '.o_points_popup .o_points_max:contains("350")',
            },
            {trigger: '.o_points_choice[data-choice="all"]', run: "click"},
            Points.spends("350"),
            PosLoyalty.orderTotalIs("262.00"),
            pay(),
            Points.receiptHas("balance", "0"),
        ].flat(2),
});

/** The till's clock, which is not the shop's day of the test. */
function clockIs(moment) {
    return {
        content: `it is ${moment} in the shop`,
        trigger: "body",
        run: () => {
            luxon.Settings.now = () => Date.parse(`${moment}+07:00`);
        },
    };
}

function buysTwo(moment) {
    return [
        clockIs(moment),
        Chrome.createFloatingOrder(),
        ProductScreen.addOrderline("Points Tea", "2"),
    ];
}

registry.category("web_tour.tours").add("crm_till_happy_hour", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            buysTwo("2025-11-26T14:00:00"),
            PosLoyalty.orderTotalIs("99.00"),
            buysTwo("2025-11-26T16:00:59"),
            PosLoyalty.orderTotalIs("99.00"),
            buysTwo("2025-11-26T16:01:00"),
            PosLoyalty.orderTotalIs("198.00"),
            buysTwo("2025-11-29T15:00:00"),
            PosLoyalty.orderTotalIs("198.00"),
            buysTwo("2025-11-28T15:00:00"),
            PosLoyalty.orderTotalIs("99.00"),
        ].flat(2),
});
