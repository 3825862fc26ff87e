// What a reader sees of `vmwatch --timeline`, compared with the recording that the page was made of.
//
//   node timeline.mjs make FOLDER            writes recordings
//   node timeline.mjs look FOLDER CHROMIUM   opens the pages that vmwatch has made of them
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const STATES = ['Invalid', 'TurnedOff', 'Saved', 'TurningOn', 'Restoring', 'Running', 'Paused', 'Saving', 'TurningOff',
  'MergingDrives', 'DeleteMachine'];
const start = Date.parse('2026-03-01T08:00:00.000Z');

function line(ms, source, name, args, text, inter = 'IVMVirtualMachineEvents') {
  const time = new Date(start + ms).toISOString();
  return JSON.stringify({ sequence: 1, time, source, interface: inter, name, id: 1, arguments: args, text });
}
const state = (ms, source, number) =>
  line(ms, source, 'OnStateChange', { virtualMachineState: number }, `OnStateChange(virtualMachineState=vmVMState_${STATES[number]})`);
const plain = (ms, source, name) => line(ms, source, name, {}, `${name}()`);
const setting = (ms, source, key) =>
  line(ms, source, 'OnConfigurationChanged', { configKey: key, configData: 1 }, `OnConfigurationChanged(configKey="${key}", configData=1)`);

const HOUR = 3600000;
const day = [
  state(0, 'Web', 5), plain(HOUR, 'Web', 'OnTripleFault'), state(2 * HOUR, 'Database', 5), plain(3 * HOUR, 'Web', 'OnReset'),
  state(4 * HOUR, 'Web', 6), plain(5 * HOUR, 'Database', 'OnGuestShutdown'), state(6 * HOUR, 'Database', 1),
  state(7 * HOUR, 'Web', 10), plain(8 * HOUR, 'Database', 'OnReset'),
];
const long = 'x'.repeat(1000);
const odd = [
  plain(0, '<script>window.broken = 1</script><img src=x onerror="window.broken = 2">', 'OnReset'),
  setting(1000, long, '</script><script>window.broken = 3</script><!-- '),
  plain(2000, 'גיבוי \u202eabc\u0007', 'OnReset'), plain(3000, '', 'OnReset'), setting(4000, 'Web', 'k'.repeat(5000)),
];
const many = Array.from({ length: 20000 }, (_, i) => {
  const machine = `vm-${i % 40}`;
  return i % 5 ? setting(i * 1000, machine, `key ${i}`) : state(i * 1000, machine, [5, 6, 1][i % 3]);
});

const recordings = { day, odd, many, none: [], cut: [...day.slice(0, 3), day[3].slice(0, 60)] };

function make(folder) {
  for (const [name, lines] of Object.entries(recordings)) {
    const whole = lines.map((text) => `${text}\n`).join('');
    fs.writeFileSync(path.join(folder, `${name}.jsonl`), name === 'cut' ? whole.slice(0, -1) : whole);
  }
}

class Reader {
  static async open(browser, folder, name, options) {
    const page = await browser.newPage({ timezoneId: 'UTC', ...options }), reader = new Reader();
    reader.page = page;
    reader.asked = [];
    page.on('pageerror', (error) => assert.fail(`${name}: ${error.message}`));
    page.on('console', (message) => assert.ok(message.type() !== 'error', `${name}: ${message.text()}`));
    page.on('request', (request) => reader.asked.push(request.url()));
    await page.goto(pathToFileURL(path.join(folder, `${name}.html`)).href);
    await page.waitForFunction(() => document.getElementById('summary').textContent);
    await page.waitForFunction(() => document.getElementById('lanes').dataset.to);
    return reader;
  }

  text(selector) {
    return this.page.locator(selector).textContent();
  }

  rows() {
    return this.page.$$eval('#body tr', (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
  }

  // Where an event of a lane is in the window, by the part of the recording that is to be seen.
  async place(lane, ms) {
    return this.page.evaluate(([index, time]) => {
      const lanes = document.getElementById('lanes'), name = document.querySelectorAll('.name')[index].getBoundingClientRect();
      const from = Number(lanes.dataset.from), to = Number(lanes.dataset.to), box = lanes.getBoundingClientRect();
      const left = box.left + lanes.clientLeft + document.getElementById('names').offsetWidth;
      const width = box.left + lanes.clientLeft + lanes.clientWidth - left;
      return { x: left + (time - from) / (to - from) * width, y: name.top + 17, bar: name.top + 38 };
    }, [lane, start + ms]);
  }

  // The colour of the canvas at a place of the window.
  colour(x, y) {
    return this.page.evaluate(([clientX, clientY]) => {
      const canvas = document.getElementById('marks'), box = canvas.getBoundingClientRect(), dense = canvas.width / box.width;
      return [...canvas.getContext('2d').getImageData((clientX - box.left) * dense, (clientY - box.top) * dense, 1, 1).data];
    }, [x, y]);
  }

  wanted(name) {
    return this.page.evaluate((property) => {
      const canvas = document.createElement('canvas'), context = canvas.getContext('2d');
      context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(property);
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data];
    }, name);
  }

  async assertColour(place, name) {
    assert.deepEqual(await this.colour(place.x, place.y), await this.wanted(name), `the colour of ${name}`);
  }

  async press(...keys) {
    for (const key of keys)
      await this.page.keyboard.press(key);
  }

  // What is chosen is told, and its row, where it has one, is to be seen.
  async chosen() {
    assert.ok(await this.page.evaluate(() => {
      const row = document.querySelector('tr[aria-selected=true]')?.getBoundingClientRect();
      const box = document.getElementById('rows').getBoundingClientRect();
      return row && row.top >= box.top + 29 && row.bottom <= box.bottom + 1;
    }), 'the chosen row is to be seen');
    return this.text('#chosen');
  }
}

// Every event is in the table, in its order; states are bars, events marks, at their places and in their colours.
async function seesTheRecording(reader) {
  assert.equal(await reader.text('#summary'), '2 machines, 9 events, 1 Mar 2026 08:00:00.000 to 16:00:00.000');
  assert.deepEqual(await reader.page.$$eval('.name', (names) => names.map((name) => name.textContent)), ['Web', 'Database']);
  assert.deepEqual(await reader.rows(), day.map((text) => {
    const event = JSON.parse(text);
    return [event.time.slice(11, 23), event.source, event.text];
  }));
  for (const [lane, ms, colour] of [[0, 0.5, '--running'], [0, 5, '--paused'], [1, 1, '--unknown'], [1, 3.5, '--running'], [1, 7, '--off']]) {
    const place = await reader.place(lane, ms * HOUR);
    await reader.assertColour({ x: place.x, y: place.bar + 5 }, colour);
  }
  for (const [lane, hour, colour] of [[0, 1, '--alarm'], [0, 3, '--notice'], [1, 6, '--state'], [1, 8, '--notice']])
    await reader.assertColour(await reader.place(lane, hour * HOUR), colour);
  // The machine that has been deleted has no bar any more.
  const gone = await reader.place(0, 7.5 * HOUR);
  assert.equal((await reader.colour(gone.x, gone.bar))[3], 0);
}

async function answersTheMouse(reader) {
  const { page } = reader, reset = await reader.place(0, 3 * HOUR);
  await page.mouse.move(reset.x + 1, reset.y);
  assert.match(await reader.text('#tip'), /1 Mar 2026 11:00:00\.000Web: OnReset\(\)/);
  await page.mouse.move(reset.x + 20, reset.bar);
  assert.match(await reader.text('#tip'), /08:00:00\.000 to 12:00:00\.000, 4 h 0 minWeb: Running/);
  await page.mouse.click(reset.x, reset.y);
  assert.equal(await reader.chosen(), '11:00:00.000  Web: OnReset()');
  assert.equal(await page.locator('tr[aria-selected=true]').textContent(), '11:00:00.000WebOnReset()');
  // A row chooses its event on the timeline.
  await page.locator('#body tr', { hasText: 'OnGuestShutdown' }).click();
  assert.equal(await reader.chosen(), '13:00:00.000  Database: OnGuestShutdown()');
  await page.click('#zoom-in');
  const shutdown = await reader.place(1, 5 * HOUR);
  await reader.assertColour({ x: shutdown.x, y: shutdown.y }, '--notice');
  await page.click('#zoom-all');
}

async function answersTheKeyboard(reader) {
  const { page } = reader;
  await page.focus('#lanes');
  await reader.press('Escape', 'Home');
  assert.equal(await reader.chosen(), '08:00:00.000  Web: OnStateChange(virtualMachineState=vmVMState_Running)');
  await reader.press('ArrowRight', 'ArrowRight');
  assert.equal(await reader.chosen(), '11:00:00.000  Web: OnReset()');
  await reader.press('ArrowDown');
  assert.equal(await reader.chosen(), '10:00:00.000  Database: OnStateChange(virtualMachineState=vmVMState_Running)');
  await reader.press('End');
  assert.equal(await reader.chosen(), '16:00:00.000  Database: OnReset()');
  const length = async () => page.$eval('#lanes', (lanes) => lanes.dataset.to - lanes.dataset.from);
  await reader.press('0');
  await page.waitForTimeout(100);
  const all = await length();
  await reader.press('+', '+');
  await page.waitForFunction((most) => { const { from, to } = document.getElementById('lanes').dataset; return to - from < most; }, all / 3);
  await reader.press('Enter', 'ArrowUp');
  assert.equal(await page.evaluate(() => document.activeElement.closest('tr').textContent), '15:00:00.000WebOnStateChange(virtualMachineState=vmVMState_DeleteMachine)');
  await reader.press('Home');
  assert.equal(await reader.chosen(), '08:00:00.000  Web: OnStateChange(virtualMachineState=vmVMState_Running)');
}

async function filters(reader) {
  await reader.page.fill('#filter', 'onRESET');
  assert.equal(await reader.text('#count'), '3 of 9'.replace('3', day.filter((text) => text.includes('OnReset')).length));
  assert.deepEqual((await reader.rows()).map((row) => row[2]), ['OnReset()', 'OnReset()']);
  await reader.page.fill('#filter', '');
  assert.equal((await reader.rows()).length, 9);
}

// What somebody hears who cannot see it: names, roles, how many rows there are and which these are.
async function speaks(reader) {
  const { page } = reader;
  assert.equal(await page.getByRole('grid', { name: 'Events' }).getAttribute('aria-rowcount'), '10');
  assert.equal(await page.getByRole('row').nth(1).getAttribute('aria-rowindex'), '2');
  assert.equal(await page.getByRole('columnheader').count(), 3);
  assert.equal(await page.getByRole('application', { name: 'Timeline' }).count(), 1);
  assert.equal(await page.getByRole('button', { name: 'Zoom in' }).count(), 1);
  assert.equal(await page.getByRole('searchbox', { name: 'Filter' }).count(), 1);
  assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
  assert.equal(await page.getByRole('list', { name: 'Legend' }).count(), 1);
  assert.equal(await page.locator('#chosen').getAttribute('aria-live'), 'polite');
}

async function isPrinted(reader) {
  const { page } = reader;
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  assert.equal((await reader.rows()).length, 9);
  assert.equal(await page.locator('#tools').isVisible(), false);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
  await page.emulateMedia({ media: null });
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
}

async function looksAtTheDay(browser, folder) {
  for (const options of [{ viewport: { width: 1400, height: 900 } }, { viewport: { width: 480, height: 900 }, colorScheme: 'dark' }]) {
    const reader = await Reader.open(browser, folder, 'day', options);
    for (const behaviour of [seesTheRecording, answersTheMouse, answersTheKeyboard, filters, speaks, isPrinted])
      await behaviour(reader);
    // Nothing is fetched, and nothing is wider than the window.
    assert.equal(reader.asked.length, 1);
    assert.ok(await reader.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await reader.page.close();
  }
}

async function looksAtOddNames(browser, folder) {
  const reader = await Reader.open(browser, folder, 'odd', { viewport: { width: 1400, height: 900 } });
  const { page } = reader;
  assert.equal(await page.evaluate(() => window.broken), undefined);
  assert.equal(await page.locator('img').count(), 0);
  assert.deepEqual(await page.$$eval('.name', (names) => names.map((name) => name.textContent)),
    [JSON.parse(odd[0]).source, long, 'גיבוי <U+202E>abc<U+0007>', '(by hand)', 'Web']);
  assert.ok(await page.$$eval('.name', (names) => names.every((name) => name.offsetHeight === 56 && name.offsetWidth === 168)));
  await page.focus('#lanes');
  await reader.press('Home', 'ArrowDown');
  assert.ok((await reader.chosen()).endsWith(`${long}: ${JSON.parse(odd[1]).text}`));
  const tip = await page.locator('#tip').boundingBox();
  assert.ok(tip.x >= 0 && tip.y >= 0 && tip.x + tip.width <= 1400 && tip.y + tip.height <= 900);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await page.close();
}

// All of it can be come to, though only what is to be seen is there.
async function looksAtMany(browser, folder) {
  const reader = await Reader.open(browser, folder, 'many', { viewport: { width: 1400, height: 900 } });
  const { page } = reader;
  assert.equal(await page.locator('table').getAttribute('aria-rowcount'), '20001');
  assert.ok((await reader.rows()).length < 200);
  await page.focus('#lanes');
  await reader.press('End');
  assert.equal(await reader.chosen(), '13:33:19.000  vm-39: OnConfigurationChanged(configKey="key 19999", configData=1)');
  assert.equal(await page.locator('tr[aria-selected=true]').getAttribute('aria-rowindex'), '20001');
  await reader.press('ArrowLeft');
  assert.match(await reader.chosen(), /key 19959"/);
  for (let i = 0; i < 12; ++i)
    await reader.press('+');
  await page.waitForFunction(() => { const { from, to } = document.getElementById('lanes').dataset; return to - from < 60000; });
  await page.waitForFunction(() => document.querySelector('tr[aria-selected=true]'));
  const place = await reader.place(39, 19959 * 1000);
  await reader.assertColour(place, '--setting');
  // Whichever is chosen, its row is to be seen, though rows are taken out and put in around it.
  for (const key of ['Home', ...Array(3).fill('ArrowUp'), ...Array(30).fill('ArrowRight'), ...Array(10).fill('ArrowLeft'), 'End']) {
    await reader.press(key);
    await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); }));
    await reader.chosen();
  }
  await page.fill('#filter', 'key 1234');
  assert.equal(await reader.text('#count'), `${many.filter((text) => text.includes('key 1234')).length} of 20,000`);
  assert.match((await reader.rows())[0][2], /key 1234/);
  await page.close();
}

async function looksAtLittle(browser, folder) {
  const none = await Reader.open(browser, folder, 'none', {});
  assert.equal(await none.text('#summary'), 'No event was recorded.');
  await none.page.close();
  // vmwatch leaves the cut line out; a page that is being written may end in one.
  const cut = await Reader.open(browser, folder, 'cut', {});
  assert.equal((await cut.rows()).length, 3);
  assert.equal(await cut.page.locator('#warning').isVisible(), false);
  await cut.page.close();
  const whole = fs.readFileSync(path.join(folder, 'day.html'), 'utf8');
  fs.writeFileSync(path.join(folder, 'unfinished.html'), whole.slice(0, whole.lastIndexOf('OnReset')));
  const unfinished = await Reader.open(browser, folder, 'unfinished', {});
  assert.equal((await unfinished.rows()).length, 8);
  assert.equal(await unfinished.text('#warning'), 'The last line was cut, and is left out.');
  await unfinished.page.close();
}

async function look(folder, executablePath) {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath, timeout: 300000,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  try {
    for (const behaviour of [looksAtTheDay, looksAtOddNames, looksAtMany, looksAtLittle]) {
      await behaviour(browser, folder);
      console.log(`${behaviour.name}: as it should`);
    }
  } finally {
    await browser.close();
  }
}

const [, , what, folder, executable] = process.argv;
if (what === 'make')
  make(folder);
else
  await look(folder, executable);
