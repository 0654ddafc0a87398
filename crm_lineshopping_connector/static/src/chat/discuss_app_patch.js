import {DiscussApp} from "@mail/core/public_web/discuss_app_model";
import {DiscussAppCategory} from "@mail/discuss/core/public_web/discuss_app_category_model";
import {DiscussContent} from "@mail/core/public_web/discuss_content";
import {MessagingMenu} from "@mail/core/public_web/messaging_menu";
import {Store} from "@mail/core/common/store_service";
import {_t} from "@web/core/l10n/translation";
import {compareDatetime} from "@mail/utils/common/misc";
import {fields} from "@mail/core/common/record";
import {patch} from "@web/core/utils/patch";

const CATEGORY = "crm_line_chats";

patch(DiscussApp.prototype, {
    setup() {
        super.setup(...arguments);
        this.lineChats = fields.One("DiscussAppCategory", {
            compute() {
                return {
                    extraClass: "o-mail-DiscussSidebarCategory-line",
                    hideWhenEmpty: true,
                    icon: "fa fa-comment",
                    id: CATEGORY,
                    name: _t("LINE"),
                    sequence: 5,
                };
            },
            eager: true,
        });
    },
});

patch(DiscussAppCategory.prototype, {
    sortThreads(one, other) {
        if (this.id === CATEGORY) {
            const later = compareDatetime(other.lastInterestDt, one.lastInterestDt);
            return later || other.id - one.id;
        }
        return super.sortThreads(one, other);
    },
});

patch(DiscussContent.prototype, {
    get showThreadAvatar() {
        return this.thread.isLineChat || super.showThreadAvatar;
    },
});

patch(Store.prototype, {
    tabToThreadType(tab) {
        const types = super.tabToThreadType(tab);
        const inChats = tab === "chat" && !this.env.services.ui.isSmall;
        return inChats || tab === "line" ? [...types, "line"] : types;
    },
});

patch(MessagingMenu.prototype, {
    get _tabs() {
        const tabs = super._tabs;
        const threads = Object.values(this.store.Thread.records).filter(
            (thread) => thread.isLineChat
        );
        if (threads.length) {
            tabs.push({
                counter: threads.filter((thread) => thread.importantCounter > 0).length,
                icon: "fa fa-comment-o",
                activeIcon: "fa fa-comment",
                id: "line",
                label: _t("LINE"),
                sequence: 30,
            });
        }
        return tabs;
    },
});
