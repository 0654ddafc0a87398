import {isMobileOS} from "@web/core/browser/feature_detection";

const findRecogniser = () => window.SpeechRecognition || window.webkitSpeechRecognition;

const ignore = () => null;

export const canDictate = () => Boolean(findRecogniser());

/**
 * Speech to text by the browser, for as long as it is wanted: browsers end by
 * themselves after a pause, and begin again here.
 */
export class Dictation {
    /**
     * @param {Object} on what to call: `words(text, isFinal)` with what was heard,
     *  `error(code)` with a code of the Web Speech API, and `end()` at the end
     */
    constructor(on) {
        this.on = on;
        this.isWanted = false;
    }

    /** @param {String} language such as th-TH */
    start(language) {
        const Recogniser = findRecogniser();
        this.recogniser = new Recogniser();
        // phones that listen without a pause send each word several times
        this.recogniser.continuous = !isMobileOS();
        this.recogniser.interimResults = true;
        this.recogniser.lang = language;
        this.recogniser.onresult = (ev) => this.onResult(ev);
        this.recogniser.onerror = (ev) => this.onError(ev.error);
        this.recogniser.onend = () => this.onEnd();
        this.isWanted = true;
        this.begin();
    }

    begin() {
        try {
            this.recogniser.start();
        } catch {
            this.onError("service-not-allowed");
            this.onEnd();
        }
    }

    /** What was said last is still written down. */
    stop() {
        this.isWanted = false;
        this.recogniser?.stop();
    }

    /** Listen no more, and say nothing of it. */
    drop() {
        this.on = {words: ignore, error: ignore, end: ignore};
        this.stop();
    }

    onResult({results, resultIndex}) {
        const heard = Array.from(results).slice(resultIndex);
        const textOf = (parts) => parts.map((part) => part[0].transcript).join("");
        const final = textOf(heard.filter((result) => result.isFinal));
        if (final) {
            this.on.words(final, true);
        }
        this.on.words(textOf(heard.filter((result) => !result.isFinal)), false);
    }

    onError(code) {
        this.isWanted = false;
        this.on.error(code);
    }

    onEnd() {
        if (this.isWanted) {
            this.begin();
        } else {
            this.on.end();
        }
    }
}
