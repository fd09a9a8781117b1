// What the browser tests share: a server for the built page, a browser, a page that complains about every error.
import { chromium } from "playwright-core";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { delimiter, dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const DIST = process.env.CAPAS_DIST ?? join(ROOT, "dist");
const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css",
  ".wasm": "application/wasm", ".svg": "image/svg+xml", ".png": "image/png", ".webmanifest": "application/manifest+json",
};

// Serves a folder; `change` may replace the status, the headers and the body of a file.
export function serve(folder = DIST, change = () => ({})) {
  assert.ok(existsSync(join(folder, "index.html")), `no page in ${folder}: run make page first`);
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
    const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
    if (!file.startsWith(folder) || !existsSync(file) || statSync(file).isDirectory()) {
      response.writeHead(404).end();
      return;
    }
    const { status = 200, headers = {}, body } = change(path, request) ?? {};
    response.writeHead(status, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "cache-control": "no-cache", ...headers });
    if (body) response.end(body);
    else createReadStream(file).pipe(response);
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => {
    done({ url: `http://127.0.0.1:${server.address().port}/`, close: () => new Promise((end) => { server.closeAllConnections(); server.close(end); }) });
  }));
}

// The Makefile looks for the same.
const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];

export function browser() {
  const path = (process.env.PATH ?? "").split(delimiter);
  const found = BROWSERS.flatMap((name) => path.map((folder) => join(folder, name)));
  const executablePath = process.env.CHROMIUM || found.find((file) => existsSync(file));
  assert.ok(executablePath, "no Chromium found; name it in the variable CHROMIUM");
  return chromium.launch({ executablePath, headless: true, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
}

// A page on the built site. What it complains about in the console and requests to other hosts are collected in `wrong`,
// and closing the page fails on them, but where `complains` says that they belong to the test. `before` gets the page
// before it goes anywhere; `first` is the selector to wait for.
export async function open(chrome, site, hash = "", { complains = false, before, first, timeout = 15_000, ...options } = {}) {
  const context = await chrome.newContext({
    viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", locale: "es-ES",
    permissions: ["clipboard-read", "clipboard-write"], ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(timeout);
  const wrong = [];
  page.on("console", (message) => {
    // Playwright's own words where a test does without the service worker.
    if (["error", "warning"].includes(message.type()) && !/blocked by Playwright/.test(message.text())) wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(site.url) && !/^(data|blob):/.test(request.url())) wrong.push(`request to ${request.url()}`);
  });
  await before?.(page);
  await page.goto(site.url + hash);
  await page.waitForSelector(first ?? (hash ? "#keyboard" : ".cards"), { state: "attached" });
  const close = async () => {
    await context.close();
    if (!complains) assert.deepEqual(wrong, []);
  };
  return { page, context, wrong, close };
}

// The terminal's text, without the cursor's blanks.
export const terminal = (page) => page.$eval(".out", (out) => out.innerText);

// Types a line at the prompt, and waits until the command has ended: until the cursor is after a prompt again.
export async function type(page, line, enter = true) {
  await page.focus("#keyboard");
  await page.keyboard.type(line);
  if (!enter) return;
  // Lines that are too long go on in the next, so their ends say nothing.
  const bare = (text) => text.replace(/\s/g, "");
  await page.waitForFunction((line) => document.querySelector(".out").innerText.replace(/\s/g, "").endsWith(line), bare(line));
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => {
    const line = document.querySelector(".caret")?.closest(".ln");
    const prompt = [...line?.querySelectorAll(".p") ?? []].map((part) => part.textContent).join("").trim();
    return prompt && line.textContent.trim() === prompt;
  });
}

export const figure = (page) => page.$eval("#figure .canvas svg.fig", (svg) => svg.textContent);
