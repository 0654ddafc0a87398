import {ConnectionLostError} from "@web/core/network/rpc";
import {PointsPopup} from "@crm_loyalty_points_pos/app/components/points_popup/points_popup";
import {PosStore} from "@point_of_sale/app/services/pos_store";
import {browser} from "@web/core/browser/browser";
import {makeAwaitable} from "@point_of_sale/app/utils/make_awaitable_dialog";
import {patch} from "@web/core/utils/patch";

const {DateTime} = luxon;
// Cards whose figures a till remembers for when it has no connection.
const REMEMBERED = 300;

patch(PosStore.prototype, {
    async setup() {
        this.memberSummaries = {};
        await super.setup(...arguments);
    },

    async processServerData() {
        await super.processServerData(...arguments);
        Object.assign(this.memberSummaries, this._readRememberedSummaries());
    },

    // -- what is known of members ------------------------------------------------------

    get _summariesKey() {
        return `crm_loyalty_points_pos.summaries.${odoo.info?.db}.${this.config.id}`;
    },

    _readRememberedSummaries() {
        try {
            return JSON.parse(browser.localStorage.getItem(this._summariesKey)) || {};
        } catch {
            return {};
        }
    },

    /**
     * @param {Object} card loyalty.card
     * @returns {Object|undefined} what the server last said: {balance, pending,
     *     lapsing: [{points, date}], tier, asOf: ISO time}
     */
    getMemberSummary(card) {
        return this.memberSummaries[card?.id];
    },

    /**
     * Ask the server for the figures of cards; without a connection the last ones stay.
     *
     * @param {Object[]} cards loyalty.card
     */
    async refreshMemberSummaries(cards) {
        const ids = cards.map((card) => card.id).filter((id) => id > 0);
        if (!ids.length || this.data.network.offline) {
            return;
        }
        const found = await this.data.silentCall("loyalty.card", "get_till_summary", [
            ids,
        ]);
        if (found) {
            this._rememberSummaries(found);
        }
    },

    _rememberSummaries(found) {
        const asOf = DateTime.now().toISO();
        let stale = false;
        for (const [id, summary] of Object.entries(found)) {
            this.memberSummaries[id] = {...summary, asOf};
            const card = this.models["loyalty.card"].get(parseInt(id, 10));
            if (card && card.points !== summary.balance) {
                card.points = summary.balance;
                stale = true;
            }
        }
        const newest = Object.entries(this.memberSummaries)
            .sort(([, a], [, b]) => b.asOf.localeCompare(a.asOf))
            .slice(0, REMEMBERED);
        try {
            browser.localStorage.setItem(
                this._summariesKey,
                JSON.stringify(Object.fromEntries(newest))
            );
        } catch {
            // a full storage only costs the figures of members while offline
        }
        if (stale) {
            this.updateRewards();
        }
    },

    // -- using points ----------------------------------------------------------------

    /**
     * Let the cashier say how many points a reward uses, and use them.
     *
     * @param {Object} reward with a discount per point
     * @param {Object} card loyalty.card
     */
    async askPointsUse(reward, card) {
        const order = this.getOrder();
        const use = order.getPointsUse(reward, card.id);
        const lines = order.getPointsLines(reward, card.id);
        const points = await makeAwaitable(this.dialog, PointsPopup, {
            use,
            used: lines.reduce((total, line) => total + line.points_cost, 0),
        });
        if (points === undefined) {
            return;
        }
        const result = order.usePoints(
            reward,
            card.id,
            points === use.max && points ? null : points
        );
        if (result !== true) {
            this.notification.add(result, {type: "danger"});
        }
        this.updateRewards();
    },

    // -- receipts --------------------------------------------------------------------

    async postSyncAllOrders(orders) {
        await super.postSyncAllOrders(...arguments);
        for (const order of orders) {
            if (order.finalized) {
                await this.fetchPointsReceipt(order);
            }
        }
    },

    /** Ask the server what the receipt of an order says about points. */
    async fetchPointsReceipt(order) {
        if (!order.isSynced || this.data.network.offline) {
            return;
        }
        try {
            if (order.getPartner()) {
                order.uiState.pointsReceipt =
                    (await this.data.call("pos.order", "get_points_receipt", [
                        order.id,
                    ])) || null;
            } else {
                order.uiState.pointsClaim = await this.data.call(
                    "pos.order",
                    "get_points_claim",
                    [order.id]
                );
            }
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
        }
    },

    /** @override a receipt that is printed later shows the points of that order, too */
    async printReceipt({order = this.getOrder()} = {}) {
        if (order && !order.uiState.pointsReceipt) {
            await this.fetchPointsReceipt(order);
        }
        return super.printReceipt(...arguments);
    },
});
