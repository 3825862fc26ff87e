// Time on the screen: which part of the recording is to be seen, the ticks of its axis, and how times are written.

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND,
  MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY,
  2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY, 364 * DAY];
const NARROWEST = 20; // milliseconds, over the whole width

const two = (number) => String(number).padStart(2, '0');
const three = (number) => String(number).padStart(3, '0');

function clock(time) {
  const date = new Date(time);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${three(date.getMilliseconds())}`;
}

function day(time) {
  return new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

function tickLabel(time, step) {
  if (step >= DAY)
    return day(time).replace(/ \d+$/, '');
  return step >= MINUTE ? clock(time).slice(0, 5) : step >= SECOND ? clock(time).slice(0, 8) : clock(time);
}

function span(ms) {
  if (ms < SECOND)
    return `${Math.round(ms)} ms`;
  if (ms < MINUTE)
    return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < HOUR)
    return `${Math.floor(ms / MINUTE)} min ${Math.round(ms % MINUTE / SECOND)} s`;
  return `${Math.floor(ms / HOUR)} h ${Math.round(ms % HOUR / MINUTE)} min`;
}

class Scale {
  constructor(first, last) {
    // Events at the edges have some room beside them.
    const room = Math.max((last - first) * 0.02, NARROWEST / 2);
    this.all = { from: first - room, to: last + room };
    this.width = 1;
    this.left = 0;
    this.showAll();
  }

  showAll() {
    Object.assign(this, this.all);
  }

  x(time) {
    return this.left + (time - this.from) / (this.to - this.from) * this.width;
  }

  time(x) {
    return this.from + (x - this.left) / this.width * (this.to - this.from);
  }

  // Makes what is seen so many times as long, and leaves the time where it is.
  zoom(factor, time = (this.from + this.to) / 2) {
    const most = this.all.to - this.all.from;
    const length = Math.min(Math.max((this.to - this.from) * factor, Math.min(NARROWEST, most)), most);
    const part = Math.min(Math.max((time - this.from) / (this.to - this.from), 0), 1);
    this.moveTo(time - part * length, length);
  }

  move(ms) {
    this.moveTo(this.from + ms, this.to - this.from);
  }

  moveTo(from, length) {
    this.from = Math.min(Math.max(from, this.all.from), this.all.to - length);
    this.to = this.from + length;
  }

  // Has the time be seen, not at the very edge.
  show(time) {
    const length = this.to - this.from, edge = length * 0.08;
    if (time < this.from + edge || time > this.to - edge)
      this.moveTo(time - length / 2, length);
  }

  ticks() {
    const least = (this.to - this.from) / this.width * 96;
    const step = STEPS.find((candidate) => candidate >= least) ?? STEPS[STEPS.length - 1];
    // Whole hours and days are those of the place.
    const shift = new Date(this.from).getTimezoneOffset() * MINUTE;
    const ticks = [];
    for (let time = Math.ceil((this.from - shift) / step) * step + shift; time <= this.to; time += step)
      ticks.push({ time, label: tickLabel(time, step) });
    return ticks;
  }
}
