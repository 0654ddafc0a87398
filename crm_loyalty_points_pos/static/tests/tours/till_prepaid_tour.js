import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as PosLoyalty from "@pos_loyalty/../tests/tours/utils/pos_loyalty_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import {registry} from "@web/core/registry";

function chooseMember() {
    return [ProductScreen.clickPartnerButton(), ProductScreen.clickCustomer("Somsri")];
}

function useCard(name) {
    return [
        PosLoyalty.eWalletButtonState({
            highlighted: true,
            text: "eWallet Pay",
            click: true,
        }),
        {
            content: `choose the card ${name}`,
            trigger: `.selection-item:contains("${name}")`,
            run: "click",
        },
    ];
}

function isTold(text) {
    return [
        {
            content: "the till says why not",
            trigger: `.modal-body:contains("${text}")`,
        },
        Dialog.confirm(),
    ];
}

function pay() {
    return [
        ProductScreen.clickPayButton(),
        PaymentScreen.clickPaymentMethod("Cash"),
        PaymentScreen.clickValidate(),
        ReceiptScreen.isShown(),
        ReceiptScreen.clickNextOrder(),
    ];
}

registry.category("web_tour.tours").add("crm_till_prepaid", {
    steps: () =>
        [
            Chrome.startPoS(),
            Dialog.confirm("Open Register"),
            // Sold
            chooseMember(),
            ProductScreen.clickDisplayedProduct("Spa card"),
            PosLoyalty.orderTotalIs("3,500.00"),
            {
                content: "a card earns no points when it is bought",
                trigger: ".o_member_strip:not(:has(.loyalty-points-won))",
            },
            pay(),
            // Used for what it is for, and refused for the rest
            chooseMember(),
            ProductScreen.addOrderline("Perm", "1"),
            useCard("Body card"),
            isTold("The prepaid card Body card can only be used for: Massage."),
            PosLoyalty.orderTotalIs("1,000.00"),
            ProductScreen.addOrderline("Massage", "1"),
            useCard("Body card"),
            PosLoyalty.orderTotalIs("1,000.00"),
            pay(),
            // Ten per cent, once
            chooseMember(),
            ProductScreen.addOrderline("Perm", "1"),
            useCard("Ten off"),
            PosLoyalty.orderTotalIs("900.00"),
            useCard("Ten off"),
            isTold("This card is used on the order already."),
            PosLoyalty.orderTotalIs("900.00"),
            pay(),
            // The whole order
            chooseMember(),
            ProductScreen.addOrderline("Perm", "1"),
            ProductScreen.addOrderline("Massage", "1"),
            PosLoyalty.orderTotalIs("1,500.00"),
            useCard("Spa card"),
            PosLoyalty.orderTotalIs("0.00"),
            ProductScreen.clickPayButton(),
            PaymentScreen.clickValidate(),
            ReceiptScreen.isShown(),
        ].flat(3),
});
