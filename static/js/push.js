// Turns push on in this browser, and shows whether it is.
(() => {
  "use strict";
  const box = document.getElementById("push");
  if (!box) return;

  const form = box.querySelector("form");
  const show = (state) => { for (const part of box.querySelectorAll("[data-push]")) part.hidden = part.dataset.push !== state; };
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const key = bytes(box.dataset.key);
  const isOurs = (subscription) => {
    const theirs = new Uint8Array(subscription.options.applicationServerKey || []);
    return theirs.length === key.length && theirs.every((value, index) => value === key[index]);
  };
  const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  const isApple = /iPad|iPhone|iPod/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);
  const isInstalled = navigator.standalone === true || window.matchMedia("(display-mode: standalone)").matches;

  const held = async () => (await navigator.serviceWorker.getRegistration("/"))?.pushManager.getSubscription();
  const rowOf = (subscription) => [...document.querySelectorAll("[data-endpoint]")].find((row) => row.dataset.endpoint === subscription?.endpoint);

  const look = async () => {
    if (!window.isSecureContext) return show("insecure");
    if (!able) return show(isApple && !isInstalled ? "home-screen" : "unable");
    if (Notification.permission === "denied") return show("denied");
    const subscription = await held();
    const row = rowOf(subscription);
    if (!row) return show("off");
    row.querySelector("[data-here]").hidden = false;
    row.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      subscription.unsubscribe().finally(() => event.target.submit());
    });
    return show(isOurs(subscription) ? "on" : "off");
  };

  const turnOn = async () => {
    if (await Notification.requestPermission() !== "granted") return look();
    await navigator.serviceWorker.register(box.dataset.worker);
    const { pushManager } = await navigator.serviceWorker.ready;
    const before = await pushManager.getSubscription();
    if (before && !isOurs(before)) await before.unsubscribe();
    const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const { endpoint, keys } = subscription.toJSON();
    await (await caches.open("push")).put("/push/endpoint", new Response(endpoint)); // for the worker, should it change
    form.elements.endpoint.value = endpoint;
    form.elements.p256dh.value = keys.p256dh;
    form.elements.auth.value = keys.auth;
    return form.submit();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const failed = box.querySelector("[data-failed]");
    failed.hidden = true;
    turnOn().catch((error) => {
      failed.textContent = `Push could not be turned on: ${error.message}`;
      failed.hidden = false;
      delete form.dataset.sent;
      form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
    });
  });
  look();
})();
