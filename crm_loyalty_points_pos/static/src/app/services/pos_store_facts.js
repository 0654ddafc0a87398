import {PosStore} from "@point_of_sale/app/services/pos_store";
import {patch} from "@web/core/utils/patch";

/** What the server has to be told, and asked, for conditions of programmes. */
patch(PosStore.prototype, {
    /** @override conditions about the customer are known before anything is counted */
    async _updatePrograms() {
        await this.fetchCustomerFacts(this.getOrder());
        return super._updatePrograms(...arguments);
    },

    /** Ask once per order and customer; without a connection such conditions fail. */
    async fetchCustomerFacts(order) {
        const partnerId = order?.getPartner()?.id;
        if (
            !partnerId ||
            order.finalized ||
            order.uiState.customerFacts?.partnerId === partnerId ||
            this.data.network.offline ||
            !this.models["loyalty.program"].some((program) => program.raw._points?.asks)
        ) {
            return;
        }
        const facts = await this.data.silentCall("res.partner", "get_till_facts", [
            partnerId,
            this.config.id,
        ]);
        if (facts && order.getPartner()?.id === partnerId) {
            order.uiState.customerFacts = {...facts, partnerId};
        }
    },

    /** @override the server asks which codes were entered */
    async preSyncAllOrders(orders) {
        for (const order of orders) {
            const codes = order.uiState.codeActivatedProgramRules
                .map((id) => this.models["loyalty.rule"].get(id)?.code)
                .filter((code) => code)
                .join(",");
            if (codes !== (order.points_codes || "")) {
                order.points_codes = codes;
            }
        }
        return super.preSyncAllOrders(...arguments);
    },
});
