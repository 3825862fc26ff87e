// What a reader finds by the search of a site that is opened from a disk.
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
  const found = page.locator('.md-search-result__link', { hasText: 'IVMVirtualMachineEvents' }).first();
  // By keys, as a reader does: the theme listens to them alone. Those that come before its script listens are not heard, and a
  // reader types again.
  for (const end = Date.now() + 300000; ;) {
    await page.fill('.md-search__input', '');
    await page.locator('.md-search__input').pressSequentially('OnGuestLogoff');
    try {
      await found.waitFor({ timeout: 10000 });
      break;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
  await found.click();
  await page.waitForURL('**/reference/IVMVirtualMachineEvents.html*');
  assert.ok(await page.locator('#onguestlogoff').isVisible());
  assert.deepEqual(asked.filter((url) => !url.startsWith('file:') && !url.startsWith('data:')), []);
  // Every picture is there, and has a size.
  await page.goto(pathToFileURL(path.join(site, 'index.html')).href);
  const pictures = await page.$$eval('article img', (images) => images.map((image) => image.complete && image.naturalWidth > 0));
  assert.ok(pictures.length >= 2 && pictures.every(Boolean), `pictures: ${pictures}`);
} finally {
  await browser.close();
}
