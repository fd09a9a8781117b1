// What the browser tests share: a server for the built page, a browser, a page that complains about every error.
import { chromium } from "playwright-core";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const DIST = process.env.CAPAS_DIST ?? join(ROOT, "dist");
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

const BROWSERS = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export function browser() {
  const executablePath = BROWSERS.find((path) => path && existsSync(path));
  assert.ok(executablePath, "no Chromium found; name it in the variable CHROMIUM");
  return chromium.launch({ executablePath, headless: true, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
}

// A page on the built site. Console errors and requests to other hosts are collected; `check` fails on them.
export async function open(chrome, site, hash = "", options = {}) {
  const context = await chrome.newContext({
    viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", locale: "es-ES",
    permissions: ["clipboard-read", "clipboard-write"], ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(options.timeout ?? 15_000);
  const wrong = [];
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) wrong.push(message.text()); });
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(site.url) && !/^(data|blob):/.test(request.url())) wrong.push(`request to ${request.url()}`);
  });
  await page.goto(site.url + hash);
  await page.waitForSelector(hash ? "#keyboard" : ".cards", { state: "attached" });
  return { page, context, wrong, check: () => assert.deepEqual(wrong, []), close: () => context.close() };
}

// The terminal's text, without the cursor's blanks.
export const terminal = (page) => page.$eval(".out", (out) => out.innerText);

// Types a line at the prompt and waits until the command has ended.
export async function type(page, line, enter = true) {
  await page.focus("#keyboard");
  await page.keyboard.type(line);
  if (enter) await page.keyboard.press("Enter");
}

export const figure = (page) => page.$eval("#figure .canvas svg.fig", (svg) => svg.textContent);
