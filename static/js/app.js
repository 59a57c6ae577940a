// Small helps on pages that work without them: clocks that tick, lists that stay current, forms that are sent once.
(() => {
  "use strict";

  const POLL_MS = 2000;
  const STILL_MS = 700; // how long the pointer must rest before rows may move under it
  let skew = 0; // the server's clock minus this machine's, in ms
  let movedAt = 0;
  let waiting = false; // one swap at most is put off

  // --- Clocks -----------------------------------------------------------------------------------------------------
  const two = (n) => String(n).padStart(2, "0");
  const spell = (seconds) => {
    const s = Math.max(0, Math.floor(seconds));
    if (s < 3600) return `${two(Math.floor(s / 60))}:${two(s % 60)}`;
    if (s < 86400) return `${Math.floor(s / 3600)}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
    return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
  };
  const readSkew = () => {
    const stamp = document.querySelector("[data-server-now]");
    if (stamp && stamp.dataset.serverNow !== readSkew.last) {
      readSkew.last = stamp.dataset.serverNow;
      skew = Date.parse(stamp.dataset.serverNow) - Date.now();
    }
  };
  const tick = () => {
    const now = Date.now() + skew;
    for (const clock of document.querySelectorAll("time.clock[data-since]")) {
      const text = spell((now - Date.parse(clock.dataset.since)) / 1000);
      if (clock.textContent !== text) clock.textContent = text;
    }
  };

  // --- Lists that stay current --------------------------------------------------------------------------------------
  const offline = (shown) => document.getElementById("offline")?.classList.toggle("is-shown", shown);
  const poll = () => {
    if (document.hidden) return;
    for (const list of document.querySelectorAll("[data-poll]")) {
      const every = Number(list.dataset.poll) || POLL_MS;
      if (Date.now() - (list.polledAt || 0) >= every - 50) {
        list.polledAt = Date.now();
        window.htmx?.trigger(list, "poll");
      }
    }
  };
  document.addEventListener("pointermove", (event) => {
    if (event.target.closest?.("[data-poll]")) movedAt = Date.now();
  }, { passive: true });
  document.addEventListener("pointerdown", () => { movedAt = Date.now(); }, { passive: true });
  document.addEventListener("visibilitychange", poll);
  window.addEventListener("online", poll);

  document.addEventListener("htmx:beforeSwap", (event) => {
    const list = event.detail.target;
    if (!list?.matches?.("[data-poll]") || event.detail.requestConfig?.verb !== "get" || event.detail.xhr.status !== 200) return;
    const moving = Date.now() - movedAt < STILL_MS;
    waiting = moving && !waiting;
    if (waiting) event.detail.shouldSwap = false;
  });
  const fade = () => {
    for (const note of document.querySelectorAll("#messages .success:not([data-fading])")) {
      note.dataset.fading = "yes";
      window.setTimeout(() => note.remove(), 8000);
    }
  };
  const say = (text) => {
    const list = document.getElementById("messages");
    if (!list) return;
    const item = document.createElement("li");
    item.className = "note error";
    item.textContent = text;
    list.replaceChildren(item);
  };
  document.addEventListener("htmx:sendError", (event) => {
    offline(true);
    if (event.detail.elt.matches("form")) say("Not saved: there is no connection. Try again in a moment; what you typed is still here.");
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { elt, xhr } = event.detail;
    if (elt.matches("form")) {
      say(xhr.status === 404 ? "Not saved: this lead is no longer yours." : "Not saved: something went wrong. What you typed is still here; reload the page if it happens again.");
    } else if ([401, 403, 404].includes(xhr.status)) {
      window.location.reload(); // what was shown is not this person's to see any more
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.xhr.status) offline(false); });
  document.addEventListener("htmx:afterSwap", () => { readSkew(); tick(); fade(); });

  // What a person has open, or has begun to fill in, stays as it is when what is around it is renewed; the form just sent does not.
  let sent = null;
  const begun = (form) => form !== sent && [...form.elements].some((field) =>
    field.type !== "hidden" && ("defaultValue" in field
      ? field.value !== field.defaultValue
      : [...(field.options || [])].some((option) => option.selected !== option.defaultSelected)));
  if (window.Idiomorph) {
    Object.assign(window.Idiomorph.defaults.callbacks, {
      beforeAttributeUpdated: (name, node) => !(name === "open" && node.matches("details")),
      beforeNodeMorphed: (node) => !(node instanceof HTMLFormElement && begun(node)),
    });
  }
  document.addEventListener("htmx:beforeRequest", (event) => { sent = event.detail.elt.matches("form") ? event.detail.elt : null; });

  // --- Menus ----------------------------------------------------------------------------------------------------------
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(except)) menu.open = false;
  };
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.activeElement?.closest("details.menu[open]");
    closeMenus(null);
    menu?.querySelector("summary")?.focus();
  });

  // --- Forms are sent once ----------------------------------------------------------------------------------------------
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 5000) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sent = String(Date.now());
    event.submitter?.setAttribute("aria-busy", "true");
  }, { capture: true });
  const release = (form) => {
    if (!form?.matches?.("form")) return;
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  };
  document.addEventListener("htmx:afterRequest", (event) => {
    release(event.detail.elt);
    if (event.detail.xhr.status < 400 && event.detail.elt.matches("form")) closeMenus(null);
  });
  window.addEventListener("pageshow", () => { for (const form of document.forms) release(form); });

  // --- Fields that depend on a choice -----------------------------------------------------------------------------------
  const depend = () => {
    for (const group of document.querySelectorAll("[data-when]")) {
      const [name, values] = group.dataset.when.split("=");
      const field = group.closest("form")?.elements[name];
      if (field) group.hidden = !values.split(" ").includes(field.value);
    }
  };
  document.addEventListener("change", depend);
  document.addEventListener("htmx:afterSettle", depend);

  const start = () => {
    readSkew();
    tick();
    depend();
    fade();
    window.setInterval(tick, 1000);
    window.setInterval(poll, 500);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
