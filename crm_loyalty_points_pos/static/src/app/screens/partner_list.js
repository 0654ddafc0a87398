import {PartnerLine} from "@point_of_sale/app/screens/partner_list/partner_line/partner_line";
import {PartnerList} from "@point_of_sale/app/screens/partner_list/partner_list";
import {patch} from "@web/core/utils/patch";

patch(PartnerList.prototype, {
    /** @override the figures of all found members come with one call */
    async searchPartner() {
        const partners = await super.searchPartner(...arguments);
        this.pos.refreshMemberSummaries(
            partners.flatMap((partner) => this.pos.getLoyaltyCards(partner))
        );
        return partners;
    },
});

patch(PartnerLine.prototype, {
    /** @override the tier stands before the points */
    _getLoyaltyPointsRepr(card) {
        const points = super._getLoyaltyPointsRepr(...arguments);
        const tier = this.pos.getMemberSummary(card)?.tier;
        return tier ? `${tier} · ${points}` : points;
    },
});
