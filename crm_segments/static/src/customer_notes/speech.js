import {Dictation, canDictate} from "./dictation";
import {VoiceRecording, canRecord} from "./voice_recording";
import {onWillDestroy, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {user} from "@web/core/user";

const LANGUAGE_KEY = "crm_segments.dictation_language";

const MESSAGES = {
    text: _t("Listening. Speak now, and press Stop when you are done."),
    recording: _t("Recording. Speak now, and press Stop when you are done."),
    asking: _t("Allow the microphone when the browser asks."),
    recorded: _t("Your voice is recorded. Save the note to keep it."),
    "no-speech": _t("Nothing was heard. Press Dictate and speak again."),
    "not-allowed": _t(
        "The microphone is not allowed. Allow it beside the address of this page. You can also press Record to keep your voice instead."
    ),
    "audio-capture": _t("No microphone was found. Connect one, or type the note."),
    unable: _t(
        "Your speech cannot be turned into text now. Press Record to keep your voice instead."
    ),
    "no-text": _t(
        "This browser cannot turn speech into text. Press Record to keep your voice instead, or use Chrome or Safari."
    ),
    nothing: _t(
        "This browser can neither turn speech into text nor record it. Please type the note."
    ),
    NotAllowedError: _t(
        "The microphone is not allowed. Allow it beside the address of this page and press Record again, or type the note."
    ),
    NotFoundError: _t("No microphone was found. Connect one, or type the note."),
    unrecorded: _t("Your voice cannot be recorded. Please type the note."),
};
// What says nothing about whether dictation works.
const PASSING = ["aborted", "no-speech"];

const ownLanguage = () => (user.lang?.startsWith("th") ? "th-TH" : "en-US");

/**
 * Speech that becomes text, or where the browser cannot do that, a recording.
 * `state.means` is "text", "recording" or "" for neither; `state.mode` is "idle",
 * "asking" for the microphone, or the means that is at work.
 */
class Speech {
    constructor(state, on) {
        this.state = state;
        this.on = on;
        state.language = browser.localStorage.getItem(LANGUAGE_KEY) || ownLanguage();
        state.means = "text";
        if (!canDictate()) {
            this.giveUpText("no-text");
        }
    }

    get canDictate() {
        return canDictate();
    }

    setLanguage(language) {
        this.state.language = language;
        browser.localStorage.setItem(LANGUAGE_KEY, language);
    }

    toggle() {
        const {mode, means} = this.state;
        if (mode === "asking") {
            this.atWork.drop();
            this.rest("");
        } else if (mode !== "idle") {
            this.atWork.stop();
        } else if (means === "text") {
            this.dictate();
        } else {
            this.record();
        }
    }

    drop() {
        this.atWork?.drop();
    }

    dictate() {
        this.say("text");
        this.state.mode = "text";
        this.atWork = new Dictation({
            words: (text, isFinal) => this.hear(text, isFinal),
            error: (code) => this.fail(code),
            end: () => this.rest(),
        });
        this.atWork.start(this.state.language);
    }

    hear(text, isFinal) {
        this.state.interim = isFinal ? "" : text;
        if (isFinal) {
            this.on.words(text);
        }
    }

    fail(code) {
        if (!PASSING.includes(code)) {
            this.giveUpText(code in MESSAGES ? code : "unable");
        } else {
            this.say(code);
        }
    }

    /** Go on with recordings, as long as nobody asks for text again. */
    giveUpText(code) {
        this.state.means = canRecord() ? "recording" : "";
        this.say(this.state.means ? code : "nothing");
    }

    tryText() {
        this.state.means = "text";
        this.dictate();
    }

    async record() {
        this.say("asking");
        this.state.mode = "asking";
        const recording = new VoiceRecording({
            done: (blob) => {
                this.on.voice(blob);
                this.rest("recorded");
            },
        });
        this.atWork = recording;
        try {
            await recording.start();
        } catch (error) {
            if (this.atWork === recording && this.state.mode === "asking") {
                this.rest(error.name in MESSAGES ? error.name : "unrecorded");
            }
            return;
        }
        if (!recording.isDropped) {
            this.state.mode = "recording";
            this.say("recording");
        }
    }

    say(code) {
        this.state.message = code in MESSAGES ? MESSAGES[code].toString() : "";
        this.state.said = code;
    }

    /** @param {String} code of what to say; what was said of a failure stays */
    rest(code = this.state.said === "text" ? "" : this.state.said) {
        this.state.mode = "idle";
        this.state.interim = "";
        this.say(code);
    }
}

/**
 * @param {Object} on `words(text)` with final words, `voice(blob)` with a recording
 * @returns {Speech}
 */
export function useSpeech(on) {
    const state = useState({mode: "idle", message: "", said: "", interim: ""});
    const speech = new Speech(state, on);
    onWillDestroy(() => speech.drop());
    return speech;
}
