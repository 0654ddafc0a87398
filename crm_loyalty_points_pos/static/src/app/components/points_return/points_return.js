import {Component, onWillStart, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatPoints} from "@crm_loyalty_points_pos/app/utils/points_format";
import {usePos} from "@point_of_sale/app/hooks/pos_hook";

/** Says what a refund takes and gives back, before it is paid. */
export class PointsReturn extends Component {
    static template = "crm_loyalty_points_pos.PointsReturn";
    static props = {order: Object};

    setup() {
        this.pos = usePos();
        this.state = useState({effects: [], isLate: false});
        // the payment does not wait for it
        onWillStart(() => {
            this.load();
        });
    }

    /** @returns {Object} {id of an order: {id of its line: quantity that comes back}} */
    get returned() {
        const returned = {};
        for (const line of this.props.order.lines) {
            const origin = line.refunded_orderline_id;
            if (origin?.order_id && typeof origin.id === "number") {
                const lines = (returned[origin.order_id.id] ||= {});
                lines[origin.id] = (lines[origin.id] || 0) - line.qty;
            }
        }
        return returned;
    }

    async load() {
        for (const [orderId, quantities] of Object.entries(this.returned)) {
            const effects = await this.pos.data.silentCall(
                "pos.order",
                "preview_points_return",
                [parseInt(orderId, 10), quantities]
            );
            if (effects) {
                this.state.effects.push(...effects);
            } else {
                this.state.isLate = true;
            }
        }
    }

    texts({given, taken, balance}) {
        const texts = [];
        if (taken) {
            texts.push(_t("%s points are taken back", formatPoints(taken)));
        }
        if (given) {
            texts.push(_t("%s points are given back", formatPoints(given)));
        }
        texts.push(
            balance < 0
                ? _t("the member then owes %s points", formatPoints(-balance))
                : _t("balance then %s", formatPoints(balance))
        );
        return texts.join(" · ");
    }
}
