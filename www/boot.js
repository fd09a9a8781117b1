// Runs before anything is painted: theme and language from the settings, and the messages for what the program itself
// cannot say, because it did not start or has stopped. It must work in any browser and know nothing of the program but
// the names of two storage entries.
(function () {
  "use strict";
  var root = document.documentElement;
  var TEXT = {
    es: {
      load: "Capas no ha podido arrancar",
      loadWhy: "Este navegador o este sitio no deja ejecutar WebAssembly, o falta algún fichero. Prueba a recargar la página; si sigue igual, avisa a quien la publica.",
      crash: "Algo ha fallado",
      crashWhy: "Tu sesión está guardada. Restáurala y seguirás donde estabas, sin la última orden.",
      reload: "Recargar",
      restore: "Restaurar la sesión",
      details: "Detalles"
    },
    en: {
      load: "Capas could not start",
      loadWhy: "This browser or this site does not allow WebAssembly, or a file is missing. Try reloading the page; if that does not help, tell whoever publishes it.",
      crash: "Something went wrong",
      crashWhy: "Your session is saved. Restore it and you go on where you were, without the last command.",
      reload: "Reload",
      restore: "Restore the session",
      details: "Details"
    }
  };

  function read(key) {
    try { return localStorage.getItem(key); } catch (e) { return null; }
  }

  var settings = {};
  (read("capas.settings") || "").split(" ").forEach(function (pair) {
    var at = pair.indexOf("=");
    if (at > 0) settings[pair.slice(0, at)] = pair.slice(at + 1);
  });
  var english = settings.lang ? settings.lang === "en" : /^#\/(lesson|free)\b/.test(location.hash);
  root.lang = english ? "en" : "es";
  var dark = matchMedia("(prefers-color-scheme: dark)");
  function theme() {
    var wanted = root.dataset.wanted || settings.theme;
    root.dataset.theme = wanted === "dark" || wanted === "light" ? wanted : dark.matches ? "dark" : "light";
  }
  theme();
  if (dark.addEventListener) dark.addEventListener("change", theme);
  root.dataset.page = /^#\/./.test(location.hash) ? "lesson" : "home";

  // Shows why there is no program; `kind` is `load` or `crash`. The first message stays.
  window.capasFatal = function (kind, why) {
    var show = function () {
      var box = document.getElementById("fatal");
      if (!box || !box.hidden) return;
      var t = TEXT[root.lang === "en" ? "en" : "es"];
      var add = function (parent, tag, text) {
        var e = document.createElement(tag);
        e.textContent = text;
        return parent.appendChild(e);
      };
      add(box, "h2", t[kind]);
      add(box, "p", t[kind + "Why"]);
      var button = add(box, "button", kind === "crash" ? t.restore : t.reload);
      button.className = "btn btn-primary";
      button.addEventListener("click", function () { location.reload(); });
      if (why) {
        var details = document.createElement("details");
        add(details, "summary", t.details);
        add(details, "pre", String(why)).lang = "en";
        box.appendChild(details);
      }
      // No focus on the button: whoever is typing would press it unread.
      box.hidden = false;
    };
    if (document.body) show(); else document.addEventListener("DOMContentLoaded", show);
  };

  var started = false;
  addEventListener("capas:started", function () { started = true; });
  addEventListener("securitypolicyviolation", function (e) {
    if (!started && /script/.test(e.effectiveDirective || "")) window.capasFatal("load", "CSP: " + e.violatedDirective);
  });
  // A trap (stack overflow, unreachable) reaches no panic hook.
  addEventListener("error", function (e) {
    if (e.error instanceof WebAssembly.RuntimeError) window.capasFatal(started ? "crash" : "load", e.message);
    else if (!started && e.target && e.target.tagName === "SCRIPT") window.capasFatal("load", e.target.src);
  }, true);
  addEventListener("unhandledrejection", function (e) {
    if (e.reason instanceof WebAssembly.RuntimeError) window.capasFatal(started ? "crash" : "load", e.reason.message);
  });
  if (typeof WebAssembly !== "object") window.capasFatal("load", "WebAssembly");
  // Nothing said why, but nothing runs either.
  setTimeout(function () { if (!started) window.capasFatal("load", ""); }, 30000);

  // From files there is no service worker, and none is needed. It comes last: it fetches every file once more, and what
  // the page waits for goes first.
  if ("serviceWorker" in navigator && /^https?:$/.test(location.protocol)) {
    var last = document.querySelector("meta[name=capas-rest]") ? "capas:rest" : "capas:started";
    addEventListener(last, function () { navigator.serviceWorker.register("sw.js").catch(function () {}); }, { once: true });
  }
})();
