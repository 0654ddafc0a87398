import {Component, useEffect} from "@odoo/owl";
import {
    formatPoints,
    formatPointsDay,
} from "@crm_loyalty_points_pos/app/utils/points_format";
import {_t} from "@web/core/l10n/translation";
import {usePos} from "@point_of_sale/app/hooks/pos_hook";

const {DateTime} = luxon;
// Points that lapse later than this are no news to the customer at the till.
const SOON_DAYS = 60;

/** The member cards of the order's customer, and what the order does to them. */
export class MemberStrip extends Component {
    static template = "crm_loyalty_points_pos.MemberStrip";
    static props = {order: Object};

    setup() {
        this.pos = usePos();
        useEffect(
            () => {
                this.pos.refreshMemberSummaries(this.cards.map(({card}) => card));
            },
            () => [this.cards.map(({card}) => card.id).join()]
        );
    }

    get cards() {
        return this.props.order.getMemberCards();
    }

    summary(member) {
        return this.pos.getMemberSummary(member.card) || {};
    }

    /** @returns {string} what lapses next, unless that is far away */
    lapse(member) {
        const next = this.summary(member).lapsing?.[0];
        const soon = DateTime.now().plus({days: SOON_DAYS}).toISODate();
        return next && next.date <= soon
            ? _t("%(points)s lapse after %(day)s", {
                  points: formatPoints(next.points),
                  day: formatPointsDay(next.date),
              })
            : "";
    }

    pending(member) {
        const {pending} = this.summary(member);
        return pending ? _t("%s pending", formatPoints(pending)) : "";
    }

    canUse({card, reward, balance, won, spent}) {
        return (
            reward &&
            card &&
            !this.props.order.finalized &&
            this.props.order.lines.length > 0 &&
            (spent > 0 || balance + won >= reward.required_points) &&
            this.props.order.getPointsUse(reward, card.id).max > 0
        );
    }

    get isOffline() {
        return this.pos.data.network.offline;
    }

    asOf(member) {
        const {asOf} = this.summary(member);
        return asOf
            ? _t("as of %s", DateTime.fromISO(asOf).toFormat("d/M HH:mm"))
            : _t("no connection");
    }

    points(value) {
        return formatPoints(value);
    }
}
