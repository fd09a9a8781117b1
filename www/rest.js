
// The program's second module; tools/split adds this to wasm-bindgen's script, which has the imports and the first
// module's exports. It is fetched once the page can be used, or at once and holding everything up where a function in it
// is called before. It must not know what is in it.
const restUrl = new URL(document.querySelector("meta[name=capas-rest]")?.content ?? "", document.baseURI).href;
let restForeign, restOwn, restBytes, restFetch, restIsHere;

function restLink(foreign) {
  restForeign = foreign;
  return { load: restNow, mark: (function_) => { (window.capasMarks ??= new Set()).add(function_); } };
}

function restFirst(own) {
  restOwn = own;
  return own;
}

const restImports = () => ({ "./capas_bg.js": restForeign, rest: restOwn });

async function restSoon() {
  if (restIsHere) return;
  restFetch = new AbortController();
  try {
    const response = await fetch(restUrl, { signal: restFetch.signal, priority: "low" });
    if (!response.ok) throw new Error(response.statusText);
    restBytes = await response.arrayBuffer();
    // Twice does no harm: the module has no state of its own.
    await WebAssembly.instantiate(restBytes, restImports());
    restHere();
  } catch (error) {
    // What calls it asks again.
    if (!restFetch.signal.aborted) addEventListener("online", restSoon, { once: true });
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
    const bytes = restBytes ?? restRead();
    if (bytes) {
      new WebAssembly.Instance(new WebAssembly.Module(bytes), restImports());
      return restHere();
    }
    // Nothing is lost by waiting; what is thrown ends the program, and the page offers to restore the session.
    if (!confirm(spanish ? "No hay conexión y falta una parte de Capas. ¿Probar otra vez?" : "There is no connection and a part of Capas is missing. Try again?")) {
      throw new WebAssembly.RuntimeError(`no ${restUrl}`);
    }
  }
}

// Only text can be waited for.
function restRead() {
  const request = new XMLHttpRequest();
  request.open("GET", restUrl, false);
  request.overrideMimeType("text/plain; charset=x-user-defined");
  try {
    request.send();
  } catch {
    return undefined;
  }
  return request.status === 200 ? Uint8Array.from(request.responseText, (c) => c.charCodeAt(0)) : undefined;
}

addEventListener("capas:started", () => {
  if (typeof requestIdleCallback === "function") requestIdleCallback(restSoon, { timeout: 2000 });
  else setTimeout(restSoon, 300);
}, { once: true });
