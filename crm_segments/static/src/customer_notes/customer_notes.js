import {Component, markup, onWillDestroy, onWillStart, useState, xml} from "@odoo/owl";
import {deserializeDateTime, toLocaleDateTimeString} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {getDataURLFromFile} from "@web/core/utils/urls";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";
import {useSpeech} from "./speech";

const AT_ONCE = 20;
const SHOWN = {
    body: {},
    date: {},
    author_id: {fields: {display_name: {}}},
    attachment_ids: {fields: {name: {}, mimetype: {}}},
};

/** Notes about one customer, newest first: typed, dictated or spoken. */
export class CustomerNotes extends Component {
    static template = "crm_segments.CustomerNotes";
    static props = {customerId: Number, readonly: Boolean};

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.draftKey = `crm_segments.note_draft.${this.props.customerId}`;
        this.languages = [
            ["th-TH", "ไทย"],
            ["en-US", "English"],
        ];
        this.state = useState({
            notes: [],
            total: 0,
            text: browser.sessionStorage.getItem(this.draftKey) || "",
            voice: null,
            isSaving: false,
        });
        this.speech = useSpeech({
            words: (text) => this.append(text),
            voice: (blob) => this.setVoice(blob),
        });
        onWillStart(() => this.load());
        onWillDestroy(() => {
            this.setVoice(null);
            this.keepDraft();
        });
    }

    async load(offset = 0) {
        const domain = [
            ["model", "=", "res.partner"],
            ["res_id", "=", this.props.customerId],
            ["message_type", "=", "comment"],
            ["subtype_id.internal", "=", true],
        ];
        const {records, length} = await this.orm.webSearchRead("mail.message", domain, {
            specification: SHOWN,
            offset,
            limit: AT_ONCE,
            order: "date desc, id desc",
        });
        const notes = records.map((record) => ({
            ...record,
            // the server cleans what it keeps
            body: markup(record.body || ""),
            time: toLocaleDateTimeString(deserializeDateTime(record.date)),
        }));
        this.state.notes = offset ? [...this.state.notes, ...notes] : notes;
        this.state.total = length;
    }

    isVoice({mimetype}) {
        return /^(audio|video)\//.test(mimetype);
    }

    append(text) {
        const gap = this.state.text && !/\s$/.test(this.state.text) ? " " : "";
        this.state.text += gap + text.trim();
    }

    setVoice(blob) {
        if (this.state.voice) {
            URL.revokeObjectURL(this.state.voice.url);
        }
        this.state.voice = blob && {blob, url: URL.createObjectURL(blob)};
    }

    /** What is not saved is there again when one comes back to this tab. */
    keepDraft() {
        if (this.state.text.trim()) {
            browser.sessionStorage.setItem(this.draftKey, this.state.text);
        } else {
            browser.sessionStorage.removeItem(this.draftKey);
        }
    }

    get canSave() {
        const {text, voice, isSaving} = this.state;
        const isIdle = this.speech.state.mode === "idle";
        return Boolean(text.trim() || voice) && isIdle && !isSaving;
    }

    async save() {
        this.state.isSaving = true;
        try {
            const {voice, text} = this.state;
            const data = voice && (await getDataURLFromFile(voice.blob));
            await this.orm.call(
                "res.partner",
                "save_customer_note",
                [this.props.customerId],
                {text, voice: data && data.split(",")[1]}
            );
        } finally {
            this.state.isSaving = false;
        }
        this.state.text = "";
        this.setVoice(null);
        this.speech.rest("");
        this.notification.add(_t("Note saved"), {type: "success"});
        await this.load();
        this.env.bus.trigger("MAIL:RELOAD-THREAD", {
            model: "res.partner",
            id: this.props.customerId,
        });
    }
}

class CustomerNotesWidget extends Component {
    static components = {CustomerNotes};
    static template = xml`
        <CustomerNotes
            t-key="props.record.resId"
            customerId="props.record.resId"
            readonly="props.readonly"
        />`;
    static props = {...standardWidgetProps};
}

registry
    .category("view_widgets")
    .add("crm_customer_notes", {component: CustomerNotesWidget});
