// The page in two modules: what happens before the second has come, when it does not come, and that a cut module does
// what the whole one did.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browser, open, ROOT, serve, terminal, type } from "./help.mjs";

let chrome;
before(async () => { chrome = await browser(); });
after(async () => { await chrome?.close(); });

const REST = /_rest\.wasm$/;

test("a cut module does what the whole one did", () => {
  const dir = mkdtempSync(join(tmpdir(), "split-"));
  const file = (name) => join(dir, name);
  writeFileSync(file("whole.wat"), `(module
    (type $unary (func (param i32) (result i32)))
    (import "./capas_bg.js" "tell" (func $tell (param i32)))
    (import "./capas_bg.js" "idle" (func $idle))
    (memory (export "memory") 1)
    (table $f 5 5 funcref)
    (table $x (export "externs") 2 externref)
    (global $stack (mut i32) (i32.const 1024))
    (elem (table $f) (i32.const 1) func $double $far $deep)
    (data (i32.const 16) "\\05")
    (func $double (type $unary) (i32.mul (local.get 0) (i32.const 2)))
    (func $push (param i32) (global.set $stack (i32.sub (global.get $stack) (local.get 0))))
    (func $far (type $unary)
      (call $push (i32.const 8))
      (call $tell (local.get 0))
      (i32.add (call $deep (local.get 0)) (i32.load8_u (i32.const 16))))
    (func $deep (type $unary)
      (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 100))
        (else (call $near (i32.sub (local.get 0) (i32.const 1))))))
    (func $near (type $unary) (i32.add (i32.const 1) (call $deep (local.get 0))))
    (func $wide (param i64 f64 v128) (result f64)
      (f64.add (f64.convert_i64_s (local.get 0)) (f64.add (local.get 1) (f64x2.extract_lane 1 (local.get 2)))))
    (func $keepsake (param externref) (table.set $x (i32.const 1) (local.get 0)))
    (func $direct (export "direct") (param i32) (result i32) (call $far (local.get 0)))
    (func $by_table (export "by_table") (param i32 i32) (result i32) (call_indirect $f (type $unary) (local.get 1) (local.get 0)))
    (func $wide_out (export "wide") (result f64) (call $wide (i64.const 40) (f64.const 1.5) (v128.const f64x2 0 0.5)))
    (func $keep (export "keep") (param externref) (call $keepsake (local.get 0)))
    (func $get_stack (export "stack") (result i32) (global.get $stack))
    (export "far" (func $far)))`);
  execFileSync(join(ROOT, ".tools", "node_modules", ".bin", "wasm-as"), [...["mutable-globals", "reference-types", "simd", "bulk-memory", "multivalue"].map((f) => `--enable-${f}`), "-g", file("whole.wat"), "-o", file("whole.wasm")]);
  // The names of what stays; all others leave.
  writeFileSync(file("list.txt"), ["double", "push", "near", "direct", "by_table", "wide_out", "keep", "get_stack"].join("\n"));
  const cut = (first, rest) => execFileSync("cargo", ["run", "--quiet", "--release", "--manifest-path", join(ROOT, "tools/split/Cargo.toml"),
    "--target-dir", join(ROOT, "target/split"), "--", "cut", file("list.txt"), file("whole.wasm"), file(first), file(rest)]);
  cut("first.wasm", "rest.wasm");
  cut("again.wasm", "rest-again.wasm");
  for (const [one, other] of [["first.wasm", "again.wasm"], ["rest.wasm", "rest-again.wasm"]]) {
    assert.deepEqual(readFileSync(file(one)), readFileSync(file(other)));
  }
  const make = (name, more = () => ({})) => {
    const told = [];
    const foreign = { tell: (n) => told.push(n), idle() {} };
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file(name))), { "./capas_bg.js": foreign, rest: more(foreign, () => exports) });
    return { exports, told };
  };
  const drive = ({ exports, told }) => [
    exports.by_table(1, 21), exports.stack(), exports.direct(3), exports.stack(), exports.by_table(2, 4), exports.by_table(3, 7),
    exports.far(1), exports.wide(), exports.keep("kept") ?? exports.externs.get(1), exports.stack(), told,
  ];
  const whole = drive(make("whole.wasm"));
  assert.deepEqual(whole, [42, 1024, 108, 1016, 109, 107, 106, 42, "kept", 1000, [3, 4, 1]]);
  let loads = 0;
  const late = (foreign, first) => ({
    load() {
      loads += 1;
      new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file("rest.wasm"))), { "./capas_bg.js": foreign, rest: first() });
    },
  });
  const split = make("first.wasm", late);
  assert.equal(split.exports.by_table(1, 21), 42);
  assert.equal(loads, 0);
  assert.deepEqual(drive(split), whole);
  assert.equal(loads, 1);
  assert.ok(readFileSync(file("rest.wasm")).length > 0);
  // Each function can be the first that asks.
  for (const ask of [(e) => e.direct(3), (e) => e.by_table(2, 4), (e) => e.by_table(3, 7), (e) => e.far(1), (e) => e.wide(), (e) => e.keep("kept")]) {
    loads = 0;
    assert.equal(ask(make("first.wasm", late).exports), ask(make("whole.wasm").exports));
    assert.equal(loads, 1);
  }
});

// As if the page were never idle.
const never = (page) => page.addInitScript(() => { window.requestIdleCallback = () => 0; });
const shown = (page, pattern) => page.waitForFunction((pattern) => new RegExp(pattern).test(document.querySelector(".out").innerText), pattern.source);

test("what is in the second module works before that was asked for", async (t) => {
  let asked = 0;
  const site = await serve(undefined, (path) => { asked += REST.test(path) ? 1 : 0; return {}; });
  t.after(site.close);
  const { page, close } = await open(chrome, site, "#/leccion/1", { serviceWorkers: "block", before: never });
  if (asked > 0) t.diagnostic("www/first.txt is old, and the prompt waits for both modules: make profile");
  await type(page, "seq 5 -1 3 | sort -n | tac | nl");
  await shown(page, /1\s+5\s+2\s+4\s+3\s+3/);
  assert.equal(asked, 1);
  await type(page, "docker history ubuntu");
  assert.match(await terminal(page), /IMAGE\s+CREATED/);
  assert.equal(asked, 1);
  await close();
});

test("it is fetched once the page can be used, and not twice", async (t) => {
  let asked = 0;
  const site = await serve(undefined, (path) => { asked += REST.test(path) ? 1 : 0; return {}; });
  t.after(site.close);
  const before = (page) => page.addInitScript(() => addEventListener("capas:rest", () => { window.here = true; }));
  const { page, close } = await open(chrome, site, "#/leccion/1", { serviceWorkers: "block", before });
  await page.waitForFunction(() => window.here);
  await type(page, "seq 5 -1 3 | tac");
  assert.match(await terminal(page), /3\s+4\s+5/);
  assert.equal(asked, 1);
  await close();
});

test("without a connection it asks, and goes on when there is one again", async (t) => {
  let there = false;
  const site = await serve(undefined, (path) => (REST.test(path) && !there ? { status: 503, body: "away" } : {}));
  t.after(site.close);
  const asked = [];
  const before = (page) => page.on("dialog", async (dialog) => {
    asked.push(dialog.message());
    there = asked.length === 2;
    await dialog.accept();
  });
  const { page, wrong, close } = await open(chrome, site, "#/leccion/1", { serviceWorkers: "block", complains: true, before });
  await type(page, "seq 5 -1 3 | tac");
  await shown(page, /3\s+4\s+5/);
  assert.equal(asked.length, 2);
  assert.match(asked[0], /No hay conexión/);
  assert.ok(wrong.every((words) => words.includes("503")), wrong.join("\n"));
  await close();
});

// A session in a page whose second module then does not come, and that ends in the box; it is there again once the module is.
async function lost(site, act, options = {}) {
  const { page, wrong, close } = await open(chrome, site, "#/leccion/1", { serviceWorkers: "block", complains: true, ...options });
  await type(page, "docker create --name antes ubuntu");
  assert.deepEqual(wrong, []);
  const well = await act(page);
  await page.reload();
  await page.waitForSelector("#fatal:not([hidden])");
  const words = await page.textContent("#fatal");
  await well();
  await page.click("#fatal .btn");
  await page.waitForSelector("#keyboard", { state: "attached" });
  await shown(page, /antes/);
  await type(page, "docker ps -a");
  assert.match(await terminal(page), /Created[\s\S]*antes/);
  await close();
  return words;
}

test("who gives up finds the session when there is a connection", async (t) => {
  let there = true;
  const site = await serve(undefined, (path) => (REST.test(path) && !there ? { status: 503, body: "away" } : {}));
  t.after(site.close);
  const words = await lost(site, async (page) => {
    there = false;
    page.on("dialog", (dialog) => dialog.dismiss());
    return async () => { there = true; };
  });
  assert.match(words, /_rest\.wasm: no connection/);
});

// Does what needs the second module, until the page says that it cannot. Where www/first.txt is old, starting needs it.
const EITHER = "#keyboard, #fatal:not([hidden])";
async function needed(page) {
  if (await page.$("#keyboard")) {
    await page.focus("#keyboard");
    await page.keyboard.type("seq 5 -1 3 | tac\n");
  }
  await page.waitForSelector("#fatal:not([hidden])");
}

const PAGE = { body: "<!doctype html><title>Not here</title>", headers: { "content-type": "text/html" } };
for (const [what, answer, reason] of [
  ["a page in its place", PAGE, /CompileError/],
  ["no such file", { ...PAGE, status: 404 }, /404/],
]) {
  test(`${what}: nothing is asked, and the session is back when it is there`, async (t) => {
    let there = true;
    let asked = 0;
    const site = await serve(undefined, (path) => (REST.test(path) && !there ? answer : {}));
    t.after(site.close);
    const words = await lost(site, async (page) => {
      there = false;
      page.on("dialog", async (dialog) => {
        asked += 1;
        await dialog.dismiss();
      });
      return async () => { there = true; };
    });
    assert.match(words, reason);
    assert.equal(asked, 0);
  });

  test(`${what}, found in the middle of the work`, async (t) => {
    let there = false;
    const site = await serve(undefined, (path) => (REST.test(path) && !there ? answer : {}));
    t.after(site.close);
    const { page, close } = await open(chrome, site, "#/leccion/1", { serviceWorkers: "block", complains: true, first: EITHER });
    await needed(page);
    assert.match(await page.textContent("#fatal"), reason);
    there = true;
    await page.click("#fatal .btn");
    await page.waitForSelector("#keyboard", { state: "attached" });
    await type(page, "seq 5 -1 3 | tac");
    await shown(page, /3\s+4\s+5/);
    await close();
  });
}

test("the service worker does not keep a page in its place", async (t) => {
  let there = true;
  const site = await serve(undefined, (path) => (REST.test(path) && !there ? PAGE : {}));
  t.after(site.close);
  await lost(site, async (page) => {
    await page.waitForFunction(() => navigator.serviceWorker.controller);
    // As after an update of the page.
    await page.waitForFunction(async () => {
      const cache = await caches.open("capas-2");
      const file = (await cache.keys()).find((request) => request.url.endsWith("_rest.wasm"));
      return file && cache.delete(file);
    });
    there = false;
    return async () => {
      // Enough for the worker to have had the answer too.
      await page.waitForTimeout(500);
      there = true;
    };
  }, { serviceWorkers: "allow" });
});

test("where no more than 4 kB may be compiled at once, it comes before the program starts", async (t) => {
  let asked = 0;
  const site = await serve(undefined, (path) => { asked += REST.test(path) ? 1 : 0; return {}; });
  t.after(site.close);
  const before = (page) => page.addInitScript(() => {
    WebAssembly.Module = new Proxy(WebAssembly.Module, {
      construct(target, [bytes]) {
        if (bytes.byteLength > 4096) throw new RangeError("disallowed on the main thread");
        return new target(bytes);
      },
    });
    window.requestIdleCallback = () => 0;
  });
  const { page, close } = await open(chrome, site, "#/leccion/1", { serviceWorkers: "block", before });
  assert.equal(asked, 1);
  await type(page, "seq 5 -1 3 | tac");
  assert.match(await terminal(page), /3\s+4\s+5/);
  await page.reload();
  await page.waitForSelector("#keyboard", { state: "attached" });
  await shown(page, /3\s+4\s+5/);
  await close();
});

test("where it was too late there and may not be compiled at once, the page says so", async (t) => {
  // Away when it is fetched, there when it is needed.
  let asked = 0;
  const site = await serve(undefined, (path) => (REST.test(path) && (asked += 1) === 1 ? { status: 503, body: "away" } : {}));
  t.after(site.close);
  const before = (page) => page.addInitScript(() => {
    window.requestIdleCallback = () => 0;
    WebAssembly.Module = class { constructor() { throw new RangeError("disallowed on the main thread"); } };
  });
  const { page, close } = await open(chrome, site, "#/leccion/1", { serviceWorkers: "block", complains: true, before, first: EITHER });
  await needed(page);
  assert.match(await page.textContent("#fatal"), /RangeError/);
  await page.click("#fatal .btn");
  await page.waitForSelector("#keyboard", { state: "attached" });
  await type(page, "seq 5 -1 3 | tac");
  await shown(page, /3\s+4\s+5/);
  await close();
});

test("both modules are there offline", async (t) => {
  const site = await serve();
  t.after(site.close);
  const { page, context, close } = await open(chrome, site, "#/leccion/1");
  await page.waitForFunction(async () => (await (await caches.open("capas-2")).keys()).some((request) => request.url.endsWith("/")));
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  await context.setOffline(true);
  await site.close();
  await page.reload();
  await page.waitForSelector("#keyboard", { state: "attached" });
  await type(page, "seq 5 -1 3 | tac");
  await shown(page, /3\s+4\s+5/);
  await close();
});

// A page with its service worker, which has a session that needs the second module as soon as it starts.
async function kept(site) {
  const opened = await open(chrome, site, "#/leccion/1", { before: never });
  await type(opened.page, "seq 5 -1 3 | tac");
  await opened.page.waitForFunction(() => navigator.serviceWorker.controller);
  await opened.page.waitForFunction(async () => (await (await caches.open("capas-2")).keys()).some((request) => request.url.endsWith("/")));
  return opened;
}

async function comesBack(page) {
  await page.reload();
  await page.waitForSelector("#keyboard", { state: "attached" });
  await shown(page, /3\s+4\s+5/);
  await type(page, "seq 9 -1 7 | tac");
  await shown(page, /7\s+8\s+9/);
}

test("offline a session comes back that needs it at once", async (t) => {
  const site = await serve();
  t.after(site.close);
  const { page, context, close } = await kept(site);
  await context.setOffline(true);
  await site.close();
  await comesBack(page);
  await close();
});

test("what was kept of it and is no module does no harm", async (t) => {
  const site = await serve();
  t.after(site.close);
  const { page, close } = await kept(site);
  await page.evaluate(async () => {
    const cache = await caches.open("capas-2");
    const request = (await cache.keys()).find((request) => request.url.endsWith("_rest.wasm"));
    await cache.put(request, new Response("no module"));
  });
  await comesBack(page);
  await close();
});
