// A picture of the page of `vmwatch --timeline`, as somebody sees it who has chosen an event.
//
//   node timeline_picture.mjs PAGE PICTURE CHROMIUM
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [, , file, picture, executablePath] = process.argv;
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 690 }, timezoneId: 'UTC' });
  await page.goto(pathToFileURL(file).href);
  await page.waitForFunction(() => document.getElementById('lanes').dataset.to);
  await page.focus('#lanes');
  await page.keyboard.press('Home');
  // The first machine's events, until one that stands apart.
  for (let tries = 0; !(await page.textContent('#chosen')).includes('vmVMState_Restoring'); ++tries) {
    if (tries === 100)
      throw new Error('the recording has no such event');
    await page.keyboard.press('ArrowRight');
  }
  await page.screenshot({ path: picture });
} finally {
  await browser.close();
}
