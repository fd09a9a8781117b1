// Offline use. The page itself comes from the network where there is one, so that an update shows at once; the files
// that it names carry their content's hash, so a cached one never grows stale. A new page replaces the old one only
// once all its files are here: a reload never meets half of an update.
"use strict";
const CACHE = "capas-2";
const SHELL = new URL("./", location).href;
const OTHERS = ["icon.svg", "icon-192.png", "icon-512.png", "manifest.webmanifest"];

// The files that a page names: in attributes, and in the script that starts the program.
function named(html) {
  const found = new Set(OTHERS.map((name) => new URL(name, SHELL).href));
  for (const [, name] of html.matchAll(/["'](\.?\/?[\w./-]*[0-9a-f]{16}[\w.-]*\.(?:js|mjs|css|wasm))["']/g)) {
    found.add(new URL(name, SHELL).href);
  }
  return [...found];
}

async function keep(response) {
  const cache = await caches.open(CACHE);
  const files = named(await response.clone().text());
  await Promise.all(files.map(async (url) => {
    if (await cache.match(url)) return;
    const file = await fetch(url);
    // Some hosts answer with a page where a file is missing; kept, it would stand in the file's place for ever.
    if (!file.ok || /^text\/html/.test(file.headers.get("content-type") ?? "")) throw new Error(`no ${url}`);
    await cache.put(url, file);
  }));
  await cache.put(SHELL, response);
  for (const request of await cache.keys()) {
    if (request.url !== SHELL && !files.includes(request.url)) await cache.delete(request);
  }
}

async function page(event) {
  try {
    const response = await fetch(event.request);
    if (response.ok) event.waitUntil(keep(response.clone()).catch(() => {}));
    return response;
  } catch (error) {
    const cached = await caches.match(SHELL);
    if (cached) return cached;
    throw error;
  }
}

self.addEventListener("install", (event) => {
  event.waitUntil(fetch(SHELL, { cache: "no-cache" }).then((r) => (r.ok ? keep(r) : undefined)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((n) => n.startsWith("capas-") && n !== CACHE).map((n) => caches.delete(n))))
    .then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate") {
    if (url.pathname === new URL(SHELL).pathname || url.pathname.endsWith("/index.html")) event.respondWith(page(event));
    return;
  }
  event.respondWith(caches.match(event.request, { cacheName: CACHE }).then((hit) => hit || fetch(event.request)));
});
