import {Thread} from "@mail/core/common/thread_model";
import {imageUrl} from "@web/core/utils/urls";
import {patch} from "@web/core/utils/patch";

/**
 * Conversations with customers on LINE: like direct messages, but with a name of their
 * own, and with a whole team as members.
 */
patch(Thread.prototype, {
    setup() {
        super.setup(...arguments);
        /** Who it is, who answers, and what stands against sending */
        this.line_chat = undefined;
        /** Whether the user may only read here */
        this.isLineReadOnly = false;
    },
    get isLineChat() {
        return this.channel_type === "line";
    },
    get isChatChannel() {
        return this.isLineChat || super.isChatChannel;
    },
    get supportsCustomChannelName() {
        return !this.isLineChat && super.supportsCustomChannelName;
    },
    get hasMemberList() {
        return this.isLineChat || super.hasMemberList;
    },
    get allowedToUnpinChannelTypes() {
        return [...super.allowedToUnpinChannelTypes, "line"];
    },
    get avatarUrl() {
        if (this.isLineChat) {
            return imageUrl("discuss.channel", this.id, "avatar_128", {
                unique: this.avatar_cache_key,
            });
        }
        return super.avatarUrl;
    },
    computeCorrespondent() {
        // the members are colleagues
        return this.isLineChat ? undefined : super.computeCorrespondent();
    },
    _computeDiscussAppCategory() {
        if (this.isLineChat) {
            return this.store.discuss.lineChats;
        }
        return super._computeDiscussAppCategory();
    },
    setAsDiscussThread(pushState) {
        super.setAsDiscussThread(pushState);
        if (this.isLineChat && this.store.env.services.ui.isSmall) {
            this.store.discuss.activeTab = "line";
        }
    },
});
