// Accessibility: axe in the main states, light and dark; names, order, zoom.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { browser, open, serve, type } from "./help.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
let site, chrome;
before(async () => { [site, chrome] = [await serve(), await browser()]; });
after(async () => { await chrome?.close(); await site?.close(); });

async function axe(page, where) {
  await page.addScriptTag({ path: AXE });
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const told = violations.map((v) => `${v.id} (${v.impact}): ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join("\n    ")}`);
  assert.deepEqual(told, [], where);
}

const run = async (page, n) => {
  for (let i = 0; i < n; i += 1) {
    await page.keyboard.press("Control+Enter");
    await page.waitForFunction((i) => !document.querySelector(`#card-${i}`)?.matches(".is-next,.is-run,.is-pend"), i);
  }
};

const STATES = {
  "home": ["", async () => {}],
  "lesson": ["#/leccion/1", async () => {}],
  "settings": ["#/leccion/1", async (page) => { await page.click(".tools > button:last-of-type"); }],
  "container with details": ["#/leccion/1", async (page) => { await run(page, 7); await page.click("#figure .slab >> nth=1"); }],
  "sharing, refused": ["#/leccion/1", async (page) => { await run(page, 18); await page.click(".fig-h .seg button:nth-child(2)"); }],
  "chart": ["#/leccion/1", async (page) => { await run(page, 6); await page.click(".disk"); }],
  "the past": ["#/leccion/1", async (page) => { await run(page, 4); await page.click(".track li:nth-child(2) button"); }],
  "done": ["#/leccion/1", async (page) => { await run(page, 20); await page.click(".ask-hint"); }],
  "free": ["#/libre", async (page) => { await type(page, "docker ps"); }],
};

for (const colorScheme of ["light", "dark"]) {
  for (const [name, [hash, act]] of Object.entries(STATES)) {
    test(`axe: ${name}, ${colorScheme}`, async () => {
      const { page, close } = await open(chrome, site, hash, { colorScheme });
      await act(page);
      await axe(page, name);
          await close();
    });
  }
  for (const width of [390, 800, 1024]) {
    test(`axe: ${width} px, ${colorScheme}`, async () => {
      const { page, close } = await open(chrome, site, "#/leccion/1", { colorScheme, viewport: { width, height: 800 } });
      await axe(page, `${width}`);
      for (const tab of ["term", "figure"]) {
        if (width > 719) continue;
        await page.click(`#tab-${tab}`);
        await axe(page, `${width} ${tab}`);
      }
      await close();
    });
  }
}

test("the order of the focus: bar, lesson, figure, details, timeline, disk, terminal", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1");
  const places = [];
  for (let n = 0; n < 80; n += 1) {
    await page.keyboard.press("Tab");
    const place = await page.evaluate(() => {
      const e = document.activeElement;
      const known = [".skip", ".bar", "#lesson", ".rz-v", ".canvas", ".fig-h", ".drawer", ".scrub", ".disk", ".rz-hz", "#keyboard", "#term"];
      return known.find((k) => e.closest(k)) ?? e.tagName;
    });
    if (places.at(-1) !== place) places.push(place);
    if (place === "#keyboard") break;
  }
  const order = [".skip", ".bar", "#lesson", ".rz-v", ".fig-h", ".canvas", ".scrub", ".disk", ".rz-hz", "#term", "#keyboard"];
  assert.deepEqual(places, order);
  await close();
});

test("at twice the size nothing is lost sideways", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1", { viewport: { width: 640, height: 512 }, deviceScaleFactor: 2 });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
  await close();
});

test("targets have room", async () => {
  const { page, close } = await open(chrome, site, "#/leccion/1", { viewport: { width: 390, height: 844 } });
  const small = await page.evaluate(() => [...document.querySelectorAll("button,a,select")]
    .filter((e) => e.checkVisibility() && !e.closest(".track") && !e.matches(".skip"))
    .map((e) => [e.className, e.getBoundingClientRect()])
    .filter(([, r]) => r.width > 1 && (r.height < 36 || r.width < 28)).map(([c, r]) => `${c} ${r.width}x${r.height}`));
  assert.deepEqual(small, []);
  await close();
});
