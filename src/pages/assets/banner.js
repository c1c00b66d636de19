// The banner in pages of the site: <script src="/.tamis/banner.js" defer></script>
//
// It asks the server whether anything is to be asked, and shows what comes. A link or button with the attribute
// data-tamis-open opens it again. After a choice, document gets the event tamis:choice, whose detail has
// action ("accept-all" or "refuse-all") and choices ({key: true or false}, of what was asked).
// No inline style or script, no eval, no parser sink: it runs under a strict Content-Security-Policy, Trusted Types too.
(() => {
  "use strict";

  // Where the script is: of the page's own origin, whatever a <base> of the page makes of its address. Frames without an
  // address have no origin to be told by.
  const found = new URL(".", document.currentScript.src);
  const base =
    location.origin === "null" ? found : Object.assign(new URL(location.origin), { pathname: found.pathname });
  const here = () => location.pathname + location.search;
  /** What opened the banner, if somebody did. */
  let opener = null;

  const address = (name, query) => {
    const url = new URL(name, base);
    for (const [key, value] of Object.entries(query)) if (value) url.searchParams.set(key, value);
    return url.href;
  };

  /** The banner, with addresses that stay tamis' own in a page with a <base>: they count from this script. */
  const settled = (banner) => {
    for (const name of ["href", "action"]) {
      for (const element of banner?.querySelectorAll(`[${name}]`) ?? []) {
        element.setAttribute(name, new URL(element.getAttribute(name), base).href);
      }
    }
    return banner;
  };

  /** The banner's element, or null if nothing is to be asked (204) or the server can't be reached. */
  const load = (open) =>
    new Promise((resolve) => {
      const request = new XMLHttpRequest();
      const language = document.documentElement.lang;
      request.open("GET", address("banner", { language, back: here(), open: open ? "1" : "" }));
      request.responseType = "document";
      request.onload = () => {
        const found = request.status === 200 && request.response;
        resolve(found ? settled(found.getElementById("tamis-banner")) : null);
      };
      request.onerror = () => resolve(null);
      request.send();
    });

  /** Waits for the banner's style sheet, so that it never flashes unstyled, but not for ever. */
  const style = (banner) =>
    new Promise((resolve) => {
      const link = banner.querySelector('link[rel="stylesheet"]');
      const same = (other) => other.href === link.href;
      if (!link || [...document.head.querySelectorAll('link[rel="stylesheet"]')].some(same)) {
        link?.remove();
        resolve();
        return;
      }
      link.onload = link.onerror = resolve;
      setTimeout(resolve, 3000);
      document.head.append(link);
    });

  /** Gives the focus back to whatever opened the banner, else to the page's content. */
  const leave = (banner) => {
    const inside = banner.contains(document.activeElement);
    banner.remove();
    const target = opener?.isConnected ? opener : document.querySelector("main, [role=main], h1");
    opener = null;
    if (!inside || !target) return;
    if (target.tabIndex < 0 && !target.hasAttribute("tabindex")) {
      target.tabIndex = -1;
      target.addEventListener("blur", () => target.removeAttribute("tabindex"), { once: true });
    }
    target.focus({ preventScroll: true });
  };

  const send = async (banner, form, action) => {
    const fields = new URLSearchParams(new FormData(form));
    fields.set("action", action);
    fields.set("back", here());
    // The form's own "action" is a button: only the attribute is the address.
    const answer = await fetch(form.getAttribute("action"), {
      method: "POST",
      body: fields,
      credentials: "same-origin",
      redirect: "manual",
      headers: { Accept: "application/json" },
    });
    // The text has changed since: what is to be asked now is asked anew.
    if (answer.status === 409) {
      const anew = await load(false);
      if (anew) await show(anew);
      else leave(banner);
      return;
    }
    if (!answer.ok && answer.type !== "opaqueredirect") throw new Error(String(answer.status));
    leave(banner);
    const granted = action === "accept-all";
    const choices = Object.fromEntries(fields.getAll("ask").map((key) => [key, granted]));
    document.dispatchEvent(new CustomEvent("tamis:choice", { detail: { action, choices } }));
  };

  const enhance = (banner) => {
    const form = banner.querySelector("form");
    const failed = banner.querySelector("#tamis-banner-failed");
    let sending = false;
    // The page can be scrolled as far as that nothing of it stays behind the banner.
    new ResizeObserver(() => {
      document.documentElement.style.setProperty("--tamis-banner-height", `${banner.offsetHeight}px`);
    }).observe(banner);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (sending || !event.submitter) return;
      sending = true;
      failed.hidden = true;
      try {
        await send(banner, form, event.submitter.value);
      } catch {
        failed.hidden = false;
      } finally {
        sending = false;
      }
    });
  };

  const show = async (banner) => {
    await style(banner);
    document.getElementById("tamis-banner")?.remove();
    document.body.prepend(banner);
    enhance(banner);
  };

  document.addEventListener("click", async (event) => {
    const link = event.target instanceof Element && event.target.closest("[data-tamis-open]");
    const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !plain || event.defaultPrevented) return;
    event.preventDefault();
    const banner = await load(true);
    if (!banner) {
      const language = document.documentElement.lang;
      location.assign(link.href || address("preferences", { lang: language, back: here() }));
      return;
    }
    await show(banner);
    opener = link;
    banner.querySelector("#tamis-banner-title").focus({ preventScroll: true });
  });

  const included = settled(document.getElementById("tamis-banner"));
  if (included) enhance(included);
  else load(false).then((banner) => banner && show(banner));
})();
