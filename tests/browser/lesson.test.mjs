// The lesson replayed by clicking, with what the figure shows asserted after each step.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { browser, figure, open, serve, terminal } from "./help.mjs";

let site, chrome;
before(async () => { [site, chrome] = [await serve(), await browser()]; });
after(async () => { await chrome?.close(); await site?.close(); });

const done = (page, n) => page.waitForFunction((n) => {
  const card = document.querySelector(`#card-${n}`);
  return card && !card.matches(".is-next,.is-run,.is-pend");
}, n);

// What must be seen in the figure after each card, and where the card stands: `in` inside a container.
const SEEN = [
  { figure: ["72.9MB", "ADD file", "mkdir", "ubuntu:latest", "Imagen"], out: /ubuntu\s+latest/ },
  { figure: ["contenedor1", "0B", "Capa del contenedor", "Capas de la imagen"], not: ["file.txt"] },
  { figure: ["contenedor1", "0B"], out: /0B \(virtual 72\.9MB\)/, also: /Exited \(130\)/ },
  { figure: ["contenedor1"], out: /docker start contenedor1\s+contenedor1/ },
  { figure: ["file.txt", "18B", ".bash_history", "34B", "52B", "/root"] },
  { figure: ["52B"], out: /52B \(virtual 72\.9MB\)/, also: /Exited \(0\)/ },
  { figure: ["file.txt"], out: /A \/file\.txt\s+C \/root\s+A \/root\/\.bash_history/ },
  { figure: ["contenedor1"] },
  { figure: ["file.txt"], out: /Ubuntu 20\.04\.1 LTS/, inside: true },
  { figure: ["etc/issue"], inside: true },
  { figure: ["etc/issue"], out: /hola/, inside: true },
  { figure: ["etc/legal"], inside: true },
  { figure: ["etc/legal"], out: /cat: \/etc\/legal: No such file or directory/ },
  { figure: ["etc/legal"], out: /D \/etc\/legal/ },
  { figure: ["contenedor1"], out: /Ubuntu 20\.04\.1 LTS/ },
  { out: /Downloaded newer image for httpd:2\.4/ },
  { out: /Already exists/, sharing: ["httpd:2.4", "php:7.4-apache", "ubuntu:latest", "2 imágenes"] },
  { figure: ["no se borra: la usa contenedor1"], out: /Error response from daemon: conflict: unable to remove/, refused: true },
  { out: /"RootFS": \{\s+"Type": "layers",\s+"Layers": \[(\s+"sha256:[0-9a-f]{64}",?){3}\s+\]/ },
  { out: /<missing>/ },
];

test("every step by its button", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1");
  assert.equal(await page.locator(".cmd").count(), SEEN.length);
  for (const [n, seen] of SEEN.entries()) {
    await page.click(`#card-${n} .btn-primary`);
    await done(page, n);
    const shown = await figure(page);
    for (const words of seen.figure ?? []) assert.ok(shown.includes(words), `step ${n + 1}: no ${words} in: ${shown}`);
    for (const words of seen.not ?? []) assert.ok(!shown.includes(words), `step ${n + 1}: ${words} in: ${shown}`);
    const text = await terminal(page);
    for (const pattern of [seen.out, seen.also]) if (pattern) assert.match(text, pattern, `step ${n + 1}`);
    assert.equal(await page.locator(`#card-${n}.is-refused`).count(), seen.refused ? 1 : 0, `step ${n + 1}`);
    assert.equal(await page.locator(".where.in").count(), seen.inside ? 1 : 0, `step ${n + 1}: inside`);
    assert.equal(await page.locator("#figure .strap.no").count(), seen.refused ? 1 : 0, `step ${n + 1}`);
    if (seen.sharing) {
      await page.click(".fig-h .seg button:nth-child(2)");
      const shared = await figure(page);
      for (const words of seen.sharing) assert.ok(shared.includes(words), `step ${n + 1}: no ${words} in: ${shared}`);
      await page.click(".fig-h .seg button:nth-child(1)");
    }
    assert.equal(await page.textContent(".prog span"), `${n + 1} de ${SEEN.length} pasos`);
  }
  await close();
});

test("all of it at once, then the exercise with its hints", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1");
  await page.click("#run-all");
  await done(page, SEEN.length - 1);
  assert.match(await page.textContent(".exer header"), /Ejercicio: disco limpio.*0 de 4/);
  await page.click(".ask-hint");
  assert.equal(await page.locator(".hints li").count(), 1);
  const commands = [
    ["docker run --name reto ubuntu rm /etc/issue", 2],
    ["docker rm contenedor1 reto", 3],
    ["docker rmi ubuntu", 4],
  ];
  for (const [line, goals] of commands) {
    await page.focus("#keyboard");
    await page.keyboard.type(`${line}\n`);
    await page.waitForFunction((n) => document.querySelectorAll(".goals .ok").length === n, goals);
  }
  assert.match(await page.textContent("#done"), /Lección hecha/);
  assert.ok(!(await figure(page)).includes("ubuntu:latest"));
  await close();
});

test("a command is typed before one's eyes, and can be stopped", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1", { reducedMotion: "no-preference" });
  await page.click("#card-0 .btn-primary");
  await page.waitForSelector("#card-0.is-run");
  await page.waitForFunction(() => /\$ dock/.test(document.querySelector(".out").innerText));
  await page.click("#card-0 .row .btn");
  await page.waitForSelector("#card-0.is-next");
  assert.match(await terminal(page), /\^C/);
  await page.keyboard.press("Control+Enter");
  await done(page, 0);
  await close();
});

test("Lo escribo yo: the card ticks for what was typed", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1");
  await page.click("#card-0 .row .btn-line");
  // Once the pane is there, on phones: not at once.
  await page.waitForFunction(() => document.activeElement.id === "keyboard");
  assert.match(await page.textContent(".ask"), /docker images/);
  await page.keyboard.type("docker   images\n");
  await done(page, 0);
  assert.equal(await page.locator(".ask").count(), 0);
  await close();
});

test("a step of the computer is not typed inside a container", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1");
  await page.focus("#keyboard");
  await page.keyboard.type("docker images\ndocker run -it --name contenedor1 ubuntu /bin/bash\n");
  await page.waitForSelector(".where.in");
  await page.click("#card-2 .btn-primary");
  assert.match(await page.textContent(".toast"), /estás dentro de un contenedor/);
  await page.click(".toast .btn");
  await page.waitForSelector(".where:not(.in)");
  await close();
});

for (const reducedMotion of ["reduce", "no-preference"]) {
  test(`on a phone the timeline shows the command that is current, motion: ${reducedMotion}`, async () => {
    const { page, close } = await open(chrome, site, "#/leccion/1", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    for (let n = 0; n < 12; n += 1) {
      await page.tap(`#card-${n} .btn-primary`);
      await done(page, n);
    }
    await page.emulateMedia({ reducedMotion });
    await page.reload();
    await page.waitForSelector("#card-11.is-done", { state: "attached" });
    // Where the current tick is once the next frame is drawn: how far inside the rail, left and right.
    const inside = () => page.evaluate(() => new Promise((told) => requestAnimationFrame(() => requestAnimationFrame(() => {
      const [rail, tick] = [".rail", ".track [aria-current]"].map((s) => document.querySelector(s).getBoundingClientRect());
      told([tick.left - rail.left, rail.right - tick.right]);
    }))));
    const seen = async (when) => {
      const edges = await inside();
      assert.ok(edges.every((edge) => edge >= 0), `${when}: ${edges}`);
    };
    await page.tap("#tab-figure");
    assert.equal(await page.getAttribute(".track [aria-current]", "aria-label"), await page.getAttribute(".track li:last-child button", "aria-label"));
    await seen("shown");
    await page.tap(".scrub .nav button >> nth=0");
    await page.tap(".scrub .nav button >> nth=0");
    await seen("looking back");
    await page.evaluate(() => { document.querySelector(".rail").scrollLeft = 0; });
    await page.setViewportSize({ width: 360, height: 740 });
    await seen("narrower");
    await page.focus(".track [aria-current]");
    await page.keyboard.press("Home");
    await seen("at the start");
    await page.keyboard.press("End");
    await seen("at the end");
    await close();
  });
}
