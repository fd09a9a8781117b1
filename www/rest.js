
// The program's second module; tools/split adds this to wasm-bindgen's script, which has the imports and the first
// module's exports. It is fetched once the page can be used, or at once and holding everything up where a function in it
// is called before. It must not know what is in it.
const restName = document.querySelector("meta[name=capas-rest]")?.content;
const restUrl = new URL(restName ?? "", document.baseURI).href;
let restForeign, restOwn, restBytes, restFetch, restIsHere;

// What the service worker keeps of it, read beside the program: a request that holds everything up goes past the worker.
const restKept = restName && navigator.serviceWorker?.controller ? restFromCache() : undefined;

async function restFromCache() {
  try {
    return await (await caches.match(restUrl))?.arrayBuffer();
  } catch {
    return undefined;
  }
}

function restLink(foreign) {
  restForeign = foreign;
  return { load: restNow, mark: (function_) => { (window.capasMarks ??= new Set()).add(function_); } };
}

function restFirst(own) {
  restOwn = own;
  return own;
}

const restImports = () => ({ "./capas_bg.js": restForeign, rest: restOwn });

// Waited for before the program starts. Old browsers compile no more than 4 kB while everything else waits: no call could
// bring the rest in there, and it has to come first.
async function restBefore(own) {
  restFirst(own);
  restBytes = await restKept;
  if (!restCanHold()) await restSoon();
}

function restCanHold() {
  // A module of nothing but 8 kB without a meaning.
  const bytes = new Uint8Array(11 + 8192);
  bytes.set([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, 0x80, 0x40]);
  try {
    return Boolean(new WebAssembly.Instance(new WebAssembly.Module(bytes)));
  } catch {
    return false;
  }
}

async function restSoon() {
  // A page made for a profile has none.
  if (restIsHere || !restName) return;
  const fetching = restFetch = new AbortController();
  try {
    const response = await fetch(restUrl, { signal: fetching.signal, priority: "low" });
    if (!response.ok) throw new Error(response.statusText);
    const bytes = await response.arrayBuffer();
    // Twice does no harm: the module has no state of its own.
    await WebAssembly.instantiate(bytes, restImports());
    restHere();
  } catch {
    // What calls it asks again.
    if (!fetching.signal.aborted) addEventListener("online", restSoon, { once: true });
  }
}

function restHere() {
  restIsHere = true;
  restBytes = undefined;
  dispatchEvent(new Event("capas:rest"));
}

function restNow() {
  const spanish = document.documentElement.lang !== "en";
  for (;;) {
    // Two requests for one file would wait for each other.
    restFetch?.abort();
    try {
      const bytes = restBytes ?? restRead();
      if (bytes) {
        new WebAssembly.Instance(new WebAssembly.Module(bytes), restImports());
        return restHere();
      }
    } catch (error) {
      if (!restBytes) throw restLost(error);
      // What was kept is no good; what the host has may be.
      restBytes = undefined;
      continue;
    }
    // Nothing is lost by waiting. A frame that may not ask is answered no.
    if (!confirm(spanish ? "No hay conexión y falta una parte de Capas. ¿Probar otra vez?" : "There is no connection and a part of Capas is missing. Try again?")) {
      throw restLost("no connection");
    }
  }
}

// What is thrown ends the program, and the page offers to restore the session: it knows a trap by its class.
const restLost = (why) => new WebAssembly.RuntimeError(`${restUrl}: ${why}`);

// The file's bytes; none where another try may bring them. Only text can be waited for.
function restRead() {
  const request = new XMLHttpRequest();
  request.open("GET", restUrl, false);
  request.overrideMimeType("text/plain; charset=x-user-defined");
  try {
    request.send();
  } catch {
    return undefined;
  }
  if (request.status === 200) return Uint8Array.from(request.responseText, (c) => c.charCodeAt(0));
  if (request.status === 0 || request.status >= 500) return undefined;
  // The page is older than what the host has now: only a reload helps.
  throw new Error(`${request.status} ${request.statusText}`);
}

addEventListener("capas:started", () => {
  if (typeof requestIdleCallback === "function") requestIdleCallback(restSoon, { timeout: 2000 });
  else setTimeout(restSoon, 300);
}, { once: true });
