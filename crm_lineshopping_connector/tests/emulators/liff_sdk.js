// Stands in for LINE's LIFF script: the same calls, answered by the emulator.
(function () {
    const state = /* STATE */ {};
    let ready = false;
    const calls = [];

    function demand() {
        if (!ready) {
            const error = new Error("liffId is necessary for liff.init()");
            error.code = "INVALID_CONFIG";
            throw error;
        }
    }

    // as LINE does: what the link said comes as liff.state, and a second redirect makes
    // a query of it before init is done
    function redirected() {
        const url = new URL(window.location.href);
        const wanted = url.searchParams.get("liff.state");
        if (wanted === null) {
            return false;
        }
        url.searchParams.delete("liff.state");
        const query = new URLSearchParams(wanted.replace(/^[^?]*\??/, ""));
        for (const [name, value] of query) {
            url.searchParams.set(name, value);
        }
        window.location.replace(url.toString());
        return true;
    }

    async function init({liffId} = {}) {
        if (!liffId || liffId !== state.liffId) {
            const error = new Error("channel not found");
            error.code = "INIT_FAILED";
            throw error;
        }
        if (redirected()) {
            // the page goes away: this is never done
            return Promise.race([]);
        }
        const url = new URL(window.location.href);
        if (url.searchParams.get("code")) {
            url.searchParams.delete("code");
            window.history.replaceState(null, "", url.toString());
        }
        ready = true;
    }

    function note(name, values) {
        calls.push({name, values});
    }

    window.liff = {
        id: null,
        ready: Promise.resolve(),
        init: async (config) => {
            await init(config);
            window.liff.id = config.liffId;
        },
        isLoggedIn: () => {
            demand();
            return state.loggedIn;
        },
        login: ({redirectUri} = {}) => {
            demand();
            const back = encodeURIComponent(redirectUri || window.location.href);
            window.location.href = `${state.authorize}?redirect_uri=${back}`;
        },
        logout: () => {
            demand();
            state.loggedIn = false;
            note("logout");
        },
        getIDToken: () => {
            demand();
            return state.loggedIn ? state.idToken : null;
        },
        getDecodedIDToken: () => {
            demand();
            const part = state.idToken.split(".")[1];
            const bytes = window.atob(part.replace(/-/g, "+").replace(/_/g, "/"));
            return JSON.parse(bytes);
        },
        getAccessToken: () => {
            demand();
            return state.loggedIn ? state.accessToken : null;
        },
        getProfile: async () => {
            demand();
            return state.profile;
        },
        getFriendship: async () => {
            demand();
            return {friendFlag: state.friend};
        },
        isInClient: () => state.inClient,
        getOS: () => "web",
        getLanguage: () => "th",
        getAppLanguage: () => "th",
        getVersion: () => "2.27.0",
        getLineVersion: () => (state.inClient ? "14.0.0" : null),
        getContext: () => ({type: state.inClient ? "utou" : "external"}),
        isApiAvailable: () => true,
        closeWindow: () => note("closeWindow"),
        openWindow: (values) => {
            note("openWindow", values);
            window.location.href = values.url;
        },
        sendMessages: async (messages) => {
            demand();
            note("sendMessages", messages);
        },
        shareTargetPicker: async (messages) => {
            note("shareTargetPicker", messages);
            return {status: "success"};
        },
        permanentLink: {
            createUrlBy: async (url) =>
                `https://liff.line.me/${state.liffId}${new URL(url).search}`,
        },
        emulatorCalls: calls,
    };
})();
