{% load static %}// Shows what is pushed while no page is open, and leads to the page it is about.
"use strict";

const KEY = "{{ key }}";
const ICON = "{% static 'img/icon-192.png' %}";
const RENEWED = "{% url 'push_renewed' %}";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const read = (event) => {
  try {
    return event.data.json() || {};
  } catch {
    return {}; // whatever came, something has to be shown
  }
};

self.addEventListener("push", (event) => {
  const told = read(event);
  event.waitUntil(self.registration.showNotification(told.title || "There is news for you", {
    tag: told.id ? `message-${told.id}` : "news", // the same one pushed twice is shown once
    data: { path: told.path || "/" },
    icon: ICON,
    badge: ICON,
    requireInteraction: Boolean(told.urgent),
  }));
});

// Only to our own pages, whatever a push says.
const ours = (path) => {
  const url = new URL(path, self.location.origin);
  return url.origin === self.location.origin ? url.href : self.location.origin + "/";
};

const open = async (url) => {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const same = pages.find((page) => page.url === url);
  return same ? same.focus() : self.clients.openWindow(url); // never another page: somebody may be writing on it
};

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(ours(event.notification.data?.path || "/")));
});

// The browser's push service gave it another address: the server is told under the old one, which the page has kept.
const renew = async (event) => {
  const kept = await caches.open("push");
  const old = event.oldSubscription?.endpoint || await (await kept.match("/push/endpoint"))?.text();
  const fresh = event.newSubscription
    || await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: KEY });
  if (!old) return;
  const answer = await fetch(RENEWED, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ old, ...fresh.toJSON() }),
  });
  if (answer.ok) await kept.put("/push/endpoint", new Response(fresh.endpoint));
};
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));
