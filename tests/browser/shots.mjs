// Screenshots of the page's main states in three sizes, light and dark, into target/shots (or the folder named in SHOTS).
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { browser, open, ROOT, serve } from "./help.mjs";

const OUT = process.env.SHOTS ?? join(ROOT, "target", "shots");
const SIZES = [[1440, 900], [1366, 768], [1024, 768], [800, 1000], [390, 844]];
const only = process.argv.slice(2);
mkdirSync(OUT, { recursive: true });
const [site, chrome] = [await serve(), await browser()];

// Runs the lesson's cards up to one.
async function until(page, card) {
  for (let n = 0; n < card; n += 1) {
    await page.keyboard.press("Control+Enter");
    await page.waitForFunction((n) => !document.querySelector(`#card-${n}`)?.matches(".is-next,.is-run,.is-pend"), n);
  }
}

const tab = async (page, name) => { if (await page.isVisible(`#tab-${name}`)) await page.click(`#tab-${name}`); };

const STATES = {
  "home-first": ["", async () => {}],
  "home-back": ["", async (page) => {
    await page.goto(`${site.url}#/leccion/1`);
    await page.waitForSelector("#keyboard", { state: "attached" });
    await until(page, 4);
    await page.goto(`${site.url}#/`);
    await page.waitForSelector(".back");
  }],
  "lesson-start": ["#/leccion/1", async () => {}],
  "lesson-container": ["#/leccion/1", async (page) => { await until(page, 7); await tab(page, "figure"); }],
  "lesson-selected": ["#/leccion/1", async (page) => {
    await until(page, 7);
    await tab(page, "figure");
    await page.click("#figure .slab >> nth=1");
  }],
  "lesson-copyup": ["#/leccion/1", async (page) => { await until(page, 12); await tab(page, "figure"); }],
  "lesson-sharing": ["#/leccion/1", async (page) => {
    await until(page, 17);
    await tab(page, "figure");
    await page.click("#figure .fig-h .seg button >> nth=1");
  }],
  "lesson-refused": ["#/leccion/1", async (page) => { await until(page, 18); await tab(page, "figure"); }],
  "lesson-term": ["#/leccion/1", async (page) => { await until(page, 6); await tab(page, "term"); }],
  "lesson-text": ["#/leccion/1", async (page) => { await until(page, 6); await tab(page, "lesson"); }],
  "lesson-exercise": ["#/leccion/1", async (page) => {
    await until(page, 20);
    await tab(page, "lesson");
    if (await page.isVisible(".strip")) await page.click(".strip .acts .btn >> nth=0");
    await page.$eval(".exer", (e) => e.scrollIntoView({ block: "center" }));
    await page.click(".ask-hint");
  }],
  "chart": ["#/leccion/1", async (page) => { await until(page, 18); await tab(page, "figure"); await page.click(".disk"); }],
  "past": ["#/leccion/1", async (page) => {
    await until(page, 7);
    await tab(page, "figure");
    await page.click(".scrub .nav button >> nth=0");
    await page.click(".scrub .nav button >> nth=0");
  }],
  "settings": ["#/leccion/1", async (page) => { await page.click(".tools > button:last-of-type"); }],
  "reset": ["#/leccion/1", async (page) => {
    await until(page, 3);
    await page.click(".tools > button >> nth=2");
  }],
  "free": ["#/libre", async () => {}],
};

for (const [width, height] of SIZES) {
  for (const colorScheme of ["light", "dark"]) {
    for (const [name, [hash, act]] of Object.entries(STATES)) {
      const file = `${name}-${colorScheme}-${width}`;
      if (only.length && !only.some((part) => file.includes(part))) continue;
      const view = await open(chrome, site, hash, { viewport: { width, height }, colorScheme, timeout: 30_000, complains: true });
      try {
        await act(view.page);
        await view.page.waitForTimeout(1100);
      } catch (error) {
        console.error(`${file}: ${String(error).split("\n")[0]}`);
      }
      await view.page.screenshot({ path: join(OUT, `${file}.png`) });
      if (view.wrong.length) console.error(`${file}: ${view.wrong.join("; ")}`);
      await view.close();
    }
  }
}
await chrome.close();
await site.close();
