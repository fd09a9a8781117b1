// What the page does beside the lesson: typing, the timeline and undo, reloading, languages, files, phones, crashes.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { browser, figure, open, serve, terminal, type } from "./help.mjs";

let site, chrome;
before(async () => { [site, chrome] = [await serve(), await browser()]; });
after(async () => { await chrome?.close(); await site?.close(); });

test("typing, completing, interrupting, pasting", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1");
  await type(page, "echo uno");
  assert.match(await terminal(page), /\$ echo uno\s+uno/);
  await type(page, "echo dso", false);
  for (const key of ["Backspace", "Backspace", "Backspace"]) await page.keyboard.press(key);
  await page.keyboard.type("dos\n");
  assert.match(await terminal(page), /\$ echo dos\s+dos/);
  await type(page, "doc", false);
  await page.keyboard.press("Tab");
  await page.keyboard.type("version\n");
  assert.match(await terminal(page), /\$ docker version/);
  await type(page, "no llega", false);
  await page.keyboard.press("Control+c");
  assert.match(await terminal(page), /no llega\^C/);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Control+c");
  await page.evaluate(() => navigator.clipboard.writeText("echo pe\necho gado"));
  await page.keyboard.press("Control+v");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /\$ echo gado\s+gado/.test(document.querySelector(".out").innerText));
  await close();
});

test("Ctrl C copies where text is selected", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1");
  await type(page, "echo palabra");
  await page.focus("#keyboard");
  await page.evaluate(() => {
    const line = [...document.querySelectorAll(".out .ln")].find((l) => l.textContent.trim() === "palabra");
    getSelection().selectAllChildren(line);
  });
  await page.keyboard.press("Control+c");
  assert.equal((await page.evaluate(() => navigator.clipboard.readText())).trim(), "palabra");
  assert.doesNotMatch(await terminal(page), /\^C/);
  await close();
});

test("the terminal can be left by the keyboard, and said once", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1");
  await type(page, "echo una cosa");
  await page.waitForFunction(() => document.querySelector("#said").textContent === "una cosa");
  await type(page, "for i in 1 2 3 4 5 6 7 8 9; do echo $i; done");
  await page.waitForFunction(() => document.querySelector("#said").textContent === "9 líneas");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "keyboard");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  assert.notEqual(await page.evaluate(() => document.activeElement.id), "keyboard");
  await page.focus("#keyboard");
  await page.keyboard.press("Shift+Tab");
  assert.notEqual(await page.evaluate(() => document.activeElement.id), "keyboard");
  await close();
});

test("the timeline looks back, goes on from there, undoes and redoes", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1");
  await type(page, "docker create --name uno ubuntu");
  await type(page, "docker create --name dos ubuntu");
  await type(page, "docker rm uno");
  const ticks = () => page.locator(".track li").count();
  assert.equal(await ticks(), 4);
  await page.click(".track li:nth-child(3) button");
  assert.match(await page.textContent(".past"), /orden 2 de 3/);
  await page.click(".fig-h .seg button:nth-child(2)");
  assert.match(await figure(page), /uno/);
  await page.click(".past .btn:nth-of-type(2)");
  assert.equal(await page.locator(".past").count(), 0);
  await page.click(".track li:nth-child(3) button");
  await page.click(".past .btn:nth-of-type(1)");
  assert.equal(await ticks(), 3);
  assert.match(await page.textContent(".toast"), /Has deshecho 1 orden/);
  await page.click(".toast .btn");
  await page.waitForFunction(() => document.querySelectorAll(".track li").length === 4);
  await page.click(".undo");
  await page.waitForFunction(() => document.querySelectorAll(".track li").length === 3);
  await type(page, "docker ps -a");
  assert.match(await terminal(page), /uno[\s\S]*$/);
  await close();
});

test("lesson, place, session and settings survive a reload; the language changes nothing else", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1");
  for (let n = 0; n < 3; n += 1) {
    await page.click(`#card-${n} .btn-primary`);
    await page.waitForSelector(`#card-${n}.is-done`);
  }
  const before = await terminal(page);
  await page.click(".bar .lang [lang=en]");
  assert.equal(await page.getAttribute("html", "lang"), "en");
  assert.equal(await page.textContent(".prog span"), "3 of 20 steps");
  assert.match(await page.textContent("#lesson"), /An image|A Docker image/);
  assert.equal(await terminal(page), before);
  assert.match(page.url(), /#\/lesson\/1\/step\/4$/);
  await page.reload();
  await page.waitForSelector("#keyboard", { state: "attached" });
  assert.equal(await page.getAttribute("html", "lang"), "en");
  assert.equal(await page.textContent(".prog span"), "3 of 20 steps");
  assert.equal(await terminal(page), before);
  await page.goto(`${site.url}#/`);
  await page.waitForSelector(".back");
  assert.match(await page.textContent(".back"), /Step 4 of 20/);
  await page.goBack();
  await page.waitForSelector("#card-3.is-next");
  await close();
});

test("a link carries lesson and step", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1/paso/4");
  await page.waitForSelector("#card-3.is-next");
  assert.match(await figure(page), /contenedor1/);
  await page.click(".tools > button:nth-of-type(2)");
  await page.click(".pop .btn >> nth=0");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${site.url}#/leccion/1/paso/4`);
  await close();
});

test("the session is saved to a file and opened from it; starting again asks first", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1");
  await type(page, "docker create --name guardado ubuntu");
  await page.click(".tools > button:nth-of-type(2)");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(".pop .btn >> nth=1")]);
  const file = await download.path();
  assert.match(readFileSync(file, "utf8"), /^# capas seed: \d+\n[\s\S]*\ndocker create --name guardado ubuntu\n$/);
  await page.keyboard.press("Escape");
  await page.click(".tools > button:nth-of-type(3)");
  await page.click(".pop .btn-line");
  assert.match(await terminal(page), /guardado/);
  await page.click(".tools > button:nth-of-type(3)");
  await page.click("#reset-yes");
  assert.doesNotMatch(await terminal(page), /guardado/);
  await page.click(".tools > button:nth-of-type(2)");
  await page.setInputFiles("#open-file", file);
  await page.waitForFunction(() => /guardado/.test(document.querySelector(".out").innerText));
  await page.click(".tools > button:nth-of-type(2)");
  await page.setInputFiles("#open-file", { name: "x.capas", mimeType: "text/plain", buffer: Buffer.from("# capas seed: x\n") });
  await page.waitForFunction(() => /line 1/.test(document.querySelector(".toast")?.textContent));
  assert.match(await terminal(page), /guardado/);
  await close();
});

test("details: a layer's files, a file's text, a container's changes", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1");
  await page.focus("#figure .canvas [tabindex='0']");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".drawer h3");
  assert.match(await page.textContent(".drawer"), /Capa \d de 3/);
  assert.match(await page.textContent(".drawer .hash code"), /^sha256:[0-9a-f]{64}$/);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".drawer h3").count(), 0);
  await type(page, "docker run --name caja ubuntu sh -c 'echo hola > /nota.txt; rm /etc/legal'");
  await page.click("#figure [data-key^='thin:']", { position: { x: 5, y: 40 } });
  await page.waitForSelector(".tree");
  assert.match(await page.textContent(".tree"), /nota\.txt/);
  assert.equal(await page.locator(".tree .acd-d").count(), 1);
  await page.click(".tree button:has-text('nota.txt')");
  assert.equal(await page.textContent(".filetext pre"), "hola\n");
  await close();
});

test("phones have tabs, a row of keys and a badge", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  assert.ok(await page.isVisible("#card-0"));
  await page.tap("#card-0 .btn-primary");
  await page.waitForSelector("#card-0.is-done");
  await page.tap("#card-1 .btn-primary");
  await page.waitForSelector("#card-1.is-done");
  assert.ok(Number(await page.textContent(".badge")) > 0);
  await page.tap("#tab-term");
  assert.ok(!(await page.isVisible("#card-0")));
  await page.tap(".out");
  await page.keyboard.type("echo movil");
  await page.tap(".keys button >> nth=3");
  await page.waitForFunction(() => /movil\^C/.test(document.querySelector(".out").innerText));
  await page.tap(".ministrip");
  assert.ok(await page.isVisible("#figure svg.fig"));
  assert.equal(await page.locator(".badge").count(), 0);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false);
  await close();
});

test("both figures are seen whole in every size of a desk", async () => {
  for (const [width, height] of [[1440, 900], [1366, 768], [1024, 768], [800, 1000]]) {
    const { page, close } = await open(chrome, site, "#/libre", { viewport: { width, height } });
    for (const image of ["ubuntu", "httpd:2.4", "php:7.4-apache"]) await type(page, `docker pull ${image}`);
    await type(page, "docker run --name c1 ubuntu rm /etc/legal");
    for (const view of [0, 1]) {
      await page.click(`#figure .fig-h .seg button >> nth=${view}`);
      // Its children may stand out of the drawing, as its caption would: the canvas clips them.
      const out = await page.$eval(".canvas", (canvas) => {
        const room = canvas.getBoundingClientRect();
        return [...canvas.querySelectorAll("svg.fig text")].filter((text) => {
          const { top, bottom, left, right } = text.getBoundingClientRect();
          return top < room.top || bottom > room.bottom || left < room.left || right > room.right;
        }).map((text) => text.textContent);
      });
      assert.deepEqual(out, [], `${width} x ${height}, view ${view}`);
    }
    await close();
  }
});

test("panes are moved by the keyboard", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1");
  const width = () => page.$eval("#lesson", (e) => e.offsetWidth);
  const before = await width();
  await page.focus(".rz-v");
  await page.keyboard.press("ArrowRight");
  assert.equal(await width(), before + 16);
  await page.keyboard.press("Home");
  assert.equal(await width(), before);
  await close();
});

test("when the program dies, the page says so and the session is restored", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1", { complains: true });
  await type(page, "docker create --name antes ubuntu");
  // What the program calls fails in the middle of its work, as a bug would.
  await page.evaluate(() => { Element.prototype.setAttribute = () => { throw new Error("broken"); }; });
  await page.focus("#keyboard");
  await page.keyboard.type("echo muere\n");
  await page.waitForSelector("#fatal:not([hidden])");
  assert.match(await page.textContent("#fatal"), /Tu sesión está guardada/);
  await page.click("#fatal .btn");
  await page.waitForSelector("#keyboard", { state: "attached" });
  assert.match(await terminal(page), /antes/);
  await type(page, "docker ps -a");
  assert.match(await terminal(page), /Created[\s\S]*antes/);
  await close();
});

test("a page that may not run WebAssembly says so", async () => {
  const strict = await serve(undefined, (path) => (path.endsWith(".html") || path.endsWith("/")
    ? { headers: { "content-security-policy": "script-src 'self' 'unsafe-inline'" } } : {}));
  const { page, close } = await open(chrome, strict, "", { complains: true, first: "#fatal:not([hidden])" });
  assert.match(await page.textContent("#fatal"), /no ha podido arrancar/);
  await close();
  await strict.close();
});

test("a wrong type for the program does not matter", async () => {
  const odd = await serve(undefined, (path) => (path.endsWith(".wasm") ? { headers: { "content-type": "text/plain" } } : {}));
  const { wrong, close } = await open(chrome, odd, "", { complains: true });
  // wasm-bindgen's script says that it takes the slower way.
  assert.equal(wrong.length, 1);
  assert.match(wrong[0], /instantiateStreaming/);
  await close();
  await odd.close();
});

test("it works offline after one visit, and shows an update at the next", async () => {
  const own = await serve();
  const { page, context, close } = await open(chrome, own);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(async () => await (await caches.open("capas-2")).match(location.href));
  await context.setOffline(true);
  await own.close();
  await page.reload();
  await page.waitForSelector(".cards");
  await close();
});
