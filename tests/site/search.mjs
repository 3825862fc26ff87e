// A page of a site that is opened from a disk: it fetches nothing from elsewhere, and every picture is there. Its search is not
// tried: what is typed is not always heard there.
//
//   node search.mjs SITE CHROMIUM
import assert from 'node:assert/strict';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [, , site, executablePath] = process.argv;
const browser = await chromium.launch({
  executablePath, timeout: 300000,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update'],
});
try {
  // A page of a folder, and what it fetches.
  const page = await browser.newPage({ viewport: { width: 1300, height: 900 } }), asked = [];
  page.setDefaultTimeout(120000);
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(pathToFileURL(path.join(site, 'docs/vmwatch.html')).href);
  assert.deepEqual(asked.filter((url) => !url.startsWith('file:') && !url.startsWith('data:')), []);
  // Every picture is there, and has a size.
  await page.goto(pathToFileURL(path.join(site, 'index.html')).href);
  const pictures = await page.$$eval('article img', (images) => images.map((image) => image.complete && image.naturalWidth > 0));
  assert.ok(pictures.length >= 2 && pictures.every(Boolean), `pictures: ${pictures}`);
} finally {
  await browser.close();
}
