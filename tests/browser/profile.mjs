// Makes www/first.txt: the names of the functions that starting, the prompt and typing at it enter. It needs a page built
// with CAPAS_SPLIT=marked (`make profile` does both), in the folder named in CAPAS_DIST. With UPTO=lesson the lesson and
// everyday commands come too: 180 kB more before the prompt, and nothing to wait for where the second module is late.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { browser, open, ROOT, serve, type } from "./help.mjs";

const OUT = process.env.FIRST ?? join(ROOT, "www", "first.txt");
const names = new Map(readFileSync(join(process.env.CAPAS_DIST, "names.txt"), "utf8").trimEnd().split("\n")
  .map((line) => [Number(line.slice(0, line.indexOf(" "))), line.slice(line.indexOf(" ") + 1)]));
const [site, chrome] = [await serve(), await browser()];
const entered = new Set();
const until = (page, pattern) => page.waitForFunction((pattern) => new RegExp(pattern).test(document.querySelector(".out").innerText), pattern);
const step = async (page, n) => {
  await page.click(`#card-${n} .btn-primary`);
  await page.waitForFunction((n) => { const card = document.querySelector(`#card-${n}`); return card && !card.matches(".is-next,.is-run,.is-pend"); }, n);
};

// What every visit does; widths differ in what must be cut short.
const STARTS = [{}, { reducedMotion: "no-preference" }, ...[[1920, 1080], [1366, 768], [1280, 720], [1024, 768], [800, 1000]].map(([width, height]) => ({ viewport: { width, height } })),
  { colorScheme: "dark" }, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }];
const start = async (page) => {
  await page.focus("#keyboard");
  await page.keyboard.type("docker imgs");
  for (const key of ["Backspace", "ArrowLeft", "ArrowLeft", "x", "Delete", "ArrowRight", "End"]) await page.keyboard.press(key);
};
const VISITS = {
  "the first page, and the way into the lesson": ["", async (page) => {
    await page.click(".cards a, .cards button");
    await page.waitForSelector("#keyboard", { state: "attached" });
  }],
  ...Object.fromEntries(STARTS.map((options, n) => [`the lesson, ${n}`, [n % 2 ? "#/lesson/1" : "#/leccion/1", start, options]])),
};

// What most visits go on with, each on a page of its own.
const MORE = {
  "the lesson by its buttons": ["#/leccion/1", async (page) => {
    const cards = await page.locator(".cmd").count();
    for (let n = 0; n < cards; n += 1) {
      await step(page, n);
      if (n === 7) {
        await page.click("#figure .slab >> nth=1");
        await page.keyboard.press("Escape");
        await page.click(".fig-h .seg button:nth-child(2)");
        await page.click(".fig-h .seg button:nth-child(1)");
      }
    }
    await page.click(".track li:nth-child(3) button");
    await page.click(".past .btn:nth-of-type(2)");
  }],
  "its first steps, typed before one's eyes": ["#/leccion/1", async (page) => {
    for (let n = 0; n < 3; n += 1) await step(page, n);
  }, { reducedMotion: "no-preference" }],
  "typing": ["#/leccion/1", async (page) => {
    for (const line of ["ls", "ls -l", "pwd", "echo hola", "cat /etc/hostname", "docker ps", "docker ps -a", "docker images",
      "docker run --name uno ubuntu ls", "docker rm uno", "doker ps", "clear"]) {
      await type(page, line);
    }
    await type(page, "docker ima", false);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Backspace");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Control+c");
    await type(page, "echo fin");
    await until(page, "\\$ echo fin\\s+fin");
  }],
  "theme, language, a reload in the middle": ["#/leccion/1", async (page) => {
    for (let n = 0; n < 2; n += 1) await step(page, n);
    await page.click(".bar .lang [lang=en]");
    await keep(page);
    await page.reload();
    await page.waitForSelector("#card-1.is-done");
  }],
  "a phone": ["#/leccion/1", async (page) => {
    await page.tap("#card-0 .btn-primary");
    await page.waitForSelector("#card-0.is-done");
    await page.tap("#tab-term");
    await page.tap(".ministrip");
  }, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
};

async function keep(page) {
  for (const n of await page.evaluate(() => [...window.capasMarks ?? []])) entered.add(names.get(n) ?? "");
}

const visits = process.env.UPTO === "lesson" ? { ...VISITS, ...MORE } : VISITS;
for (const [what, [hash, visit, options]] of Object.entries(visits)) {
  const before = entered.size;
  const { page, close } = await open(chrome, site, hash, options);
  await keep(page);
  const started = entered.size;
  await visit(page);
  // What follows the last frame.
  await page.waitForTimeout(500);
  await keep(page);
  await close();
  console.log(`${what}: ${started - before} + ${entered.size - started} functions`);
}
await chrome.close();
await site.close();

const HEAD = [
  "# The functions that the page's first module keeps, as `make profile` found them. An old list costs speed, never more:",
  "# what is missing here comes with the second module.",
];
const lines = [...entered].filter((name) => name && !name.includes("\n")).sort();
writeFileSync(OUT, `${[...HEAD, ...lines].join("\n")}\n`);
console.log(`${entered.size} functions in ${OUT}`);
