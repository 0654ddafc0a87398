import {_t} from "@web/core/l10n/translation";
import {
    formatPoints,
    formatPointsDay,
} from "@crm_loyalty_points_pos/app/utils/points_format";
import {OrderReceipt} from "@point_of_sale/app/screens/receipt_screen/receipt/order_receipt";
import {patch} from "@web/core/utils/patch";
import {qrCodeSrc} from "@point_of_sale/utils";

patch(OrderReceipt.prototype, {
    /** Whether the till has to leave the figures of an order to the server. */
    get arePointsLate() {
        return !this.order.uiState.pointsReceipt;
    },

    /** The QR code with which a member collects the points of an order of nobody. */
    get pointsClaimCode() {
        const claim = this.order.uiState.pointsClaim;
        return claim && !this.order.getPartner() ? qrCodeSrc(claim) : "";
    },

    /**
     * What the receipt says about points.
     *
     * @returns {{program: string, rows: {id, label, value}[]}|false} false where the
     *     shop does not print points, or there are none
     */
    get pointsReceipt() {
        const [member] = this.order.getMemberCards();
        const receipt = this.order.uiState.pointsReceipt || {
            program: member?.program.name,
            earned: member?.won,
            spent: member?.spent,
        };
        if (!receipt.program || (member && !member.program.portal_visible)) {
            return false;
        }
        const rows = this.pointsRows(receipt);
        return rows.length ? {program: receipt.program, rows} : false;
    },

    pointsRows({earned, spent, balance, next_lapse: next}) {
        const isReturn = this.order.isRefund;
        const rows = [
            {
                id: "earned",
                label: isReturn ? _t("Points given back") : _t("Points earned"),
                value: earned && `+${formatPoints(earned)}`,
            },
            {
                id: "spent",
                label: isReturn ? _t("Points taken back") : _t("Points used"),
                value: spent && `−${formatPoints(spent)}`,
            },
            {
                id: "balance",
                label: _t("Points balance"),
                value: balance !== undefined && formatPoints(balance),
            },
            {
                id: "lapse",
                label: next && _t("Lapse after %s", formatPointsDay(next.date)),
                value: next && formatPoints(next.points),
            },
        ];
        return rows.filter(({value}) => value);
    },
});
