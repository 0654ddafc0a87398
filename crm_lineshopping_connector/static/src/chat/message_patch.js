import {Message} from "@mail/core/common/message";
import {Message as MessageModel} from "@mail/core/common/message_model";
import {_t} from "@web/core/l10n/translation";
import {patch} from "@web/core/utils/patch";

patch(MessageModel.prototype, {
    setup() {
        super.setup(...arguments);
        /** What became of an answer at LINE: id, state, failure */
        this.line_delivery = undefined;
    },
    get editable() {
        // LINE gives nothing back
        return !this.thread?.isLineChat && super.editable;
    },
});

patch(Message.prototype, {
    get lineDelivery() {
        return this.props.thread?.isLineChat && this.message.line_delivery;
    },
    get lineLook() {
        const {state, failure} = this.lineDelivery;
        if (state === "accepted") {
            return {icon: "fa-check", text: _t("Sent"), css: "text-muted"};
        }
        if (["queued", "sending"].includes(state)) {
            const text = failure
                ? _t("Waiting: %s", failure)
                : _t("On its way to LINE");
            return {icon: "fa-clock-o", text, css: "text-muted"};
        }
        const text = failure ? _t("Not sent: %s", failure) : _t("Not sent");
        return {icon: "fa-exclamation-triangle", text, css: "text-danger", again: true};
    },
    async onClickLineAgain() {
        const {id} = this.lineDelivery;
        await this.env.services.orm.call("crm.line.message", "action_retry", [[id]]);
    },
});
