import {Component, onWillStart, useState} from "@odoo/owl";
import {Composer} from "@mail/core/common/composer";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {_t} from "@web/core/l10n/translation";
import {patch} from "@web/core/utils/patch";
import {useService} from "@web/core/utils/hooks";
import {user} from "@web/core/user";

const OFFICER = "crm_segments.crm_segments_group_officer";
/** Below so many messages staff are told how many are left */
const FEW = 200;

/**
 * Above the box to write in: who the customer is, who answers, and what staff must know
 * before they send.
 */
export class LineChatBar extends Component {
    static template = "crm_lineshopping_connector.LineChatBar";
    static components = {Dropdown, DropdownItem};
    static props = {thread: Object};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.ui = useService("ui");
        this.user = user;
        this.state = useState({busy: false, isOfficer: false});
        onWillStart(async () => {
            this.state.isOfficer = await user.hasGroup(OFFICER);
            this.props.thread.isLineReadOnly = !this.state.isOfficer;
        });
    }

    get chat() {
        return this.props.thread.line_chat || {assigned: {}, partner: {}, team: []};
    }

    get isMine() {
        return this.chat.assigned.id === user.userId;
    }

    get problem() {
        if (!this.state.isOfficer) {
            return _t("You may read here. Officers answer customers.");
        }
        return {
            blocked: _t("The customer has blocked the shop on LINE: nothing arrives."),
            gone: _t("This LINE account is not connected any more."),
            quota: _t("The messages of this month are used up."),
        }[this.chat.problem];
    }

    get leftText() {
        const {left} = this.chat;
        if (left === null || left === undefined || left > FEW) {
            return "";
        }
        return _t("%s messages left this month", left);
    }

    get others() {
        const taken = [this.chat.assigned.id, user.userId];
        return this.chat.team.filter((member) => !taken.includes(member.id));
    }

    async assign(userId) {
        this.state.busy = true;
        const args = [[this.props.thread.id], userId];
        try {
            await this.orm.call("discuss.channel", "action_line_assign", args);
        } finally {
            this.state.busy = false;
        }
    }

    async openCustomer() {
        const args = [[this.props.thread.id]];
        const action = await this.orm.call(
            "discuss.channel",
            "action_line_customer",
            args
        );
        await this.action.doAction(action);
        this.props.thread.closeChatWindow?.();
    }
}

Composer.components = {...Composer.components, LineChatBar};

patch(Composer.prototype, {
    get lineThread() {
        return this.thread?.isLineChat && !this.props.composer.message
            ? this.thread
            : undefined;
    },
    /** Nothing can be written where nothing would arrive */
    get isLineClosed() {
        const thread = this.lineThread;
        return Boolean(thread?.isLineReadOnly || thread?.line_chat?.problem);
    },
    get isSendButtonDisabled() {
        return this.isLineClosed || super.isSendButtonDisabled;
    },
    get placeholder() {
        if (!this.lineThread) {
            return super.placeholder;
        }
        return this.isLineClosed
            ? _t("Nothing can be sent")
            : _t("Answer %s on LINE…", this.thread.displayName);
    },
});
