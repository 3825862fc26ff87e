// The lanes: a canvas that draws those that are to be seen, with the states as bars and the events as marks above them.
// Of marks that fall on one pixel one is drawn, so that thousands cost what a screen full costs.

const AXIS_HEIGHT = 30, LANE_HEIGHT = 56, MARK_Y = 17, BAR_TOP = 30, BAR_HEIGHT = 17, NEAR = 7;

const SHAPES = {
  tick: (c, x, y) => { c.rect(x - 1.25, y - 6, 2.5, 12); },
  triangle: (c, x, y) => { c.moveTo(x, y - 6.5); c.lineTo(x + 6, y + 4.5); c.lineTo(x - 6, y + 4.5); c.closePath(); },
  diamond: (c, x, y) => { c.moveTo(x, y - 6); c.lineTo(x + 6, y); c.lineTo(x, y + 6); c.lineTo(x - 6, y); c.closePath(); },
  square: (c, x, y) => { c.rect(x - 4.5, y - 4.5, 9, 9); },
  dot: (c, x, y) => { c.moveTo(x + 3.5, y); c.arc(x, y, 3.5, 0, 2 * Math.PI); },
  ring: (c, x, y) => { c.moveTo(x + 4.5, y); c.arc(x, y, 4.5, 0, 2 * Math.PI); c.moveTo(x + 2, y); c.arc(x, y, 2, 0, 2 * Math.PI, true); },
};

// The place of the first whose time is not before that one.
function firstAt(list, time, timeOf = (item) => item.time) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeOf(list[middle]) < time)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

class Lanes {
  constructor(recording, scale) {
    this.recording = recording;
    this.scale = scale;
    this.element = document.getElementById('lanes');
    this.names = document.getElementById('names');
    this.axis = document.getElementById('axis');
    this.marks = document.getElementById('marks');
    this.chosen = null;  // an event
    this.matches = null; // which events the filter lets through; null: all
    for (const lane of recording.lanes)
      this.names.append(this.nameOf(lane));
    this.element.style.setProperty('--names-height', `${recording.lanes.length * LANE_HEIGHT}px`);
    this.element.addEventListener('scroll', () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.element);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
  }

  nameOf(lane) {
    const name = document.createElement('div'), text = document.createElement('bdi');
    name.className = 'name';
    text.textContent = lane.machine || '(by hand)';
    name.append(text);
    lane.label = name;
    return name;
  }

  draw() {
    if (!this.asked)
      this.asked = requestAnimationFrame(() => this.drawNow());
  }

  // A canvas of that size in CSS pixels, sharp on every screen.
  prepare(canvas, width, height) {
    const dense = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * dense) || canvas.height !== Math.round(height * dense)) {
      canvas.width = Math.round(width * dense);
      canvas.height = Math.round(height * dense);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const context = canvas.getContext('2d');
    context.setTransform(dense, 0, 0, dense, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    context.textBaseline = 'middle';
    return context;
  }

  drawNow(whole = false) {
    cancelAnimationFrame(this.asked);
    this.asked = 0;
    const style = getComputedStyle(document.documentElement);
    this.colour = (name) => style.getPropertyValue(name);
    const width = this.element.clientWidth, all = this.recording.lanes.length * LANE_HEIGHT;
    const height = whole ? all : Math.max(Math.min(this.element.clientHeight - AXIS_HEIGHT, all), 1);
    this.scale.left = this.names.offsetWidth;
    this.scale.width = Math.max(width - this.scale.left, 1);
    const ticks = this.scale.ticks();
    this.drawAxis(this.prepare(this.axis, width, AXIS_HEIGHT), ticks, width);
    const context = this.prepare(this.marks, width, height), top = whole ? 0 : this.element.scrollTop;
    context.save();
    context.beginPath();
    context.rect(this.scale.left, 0, this.scale.width, height);
    context.clip();
    context.fillStyle = this.colour('--line');
    for (const tick of ticks)
      context.fillRect(Math.round(this.scale.x(tick.time)), 0, 1, height);
    const first = Math.floor(top / LANE_HEIGHT), last = Math.min(Math.ceil((top + height) / LANE_HEIGHT), this.recording.lanes.length);
    for (let i = first; i < last; ++i)
      this.drawLane(context, this.recording.lanes[i], i * LANE_HEIGHT - top);
    context.restore();
    // Which part is to be seen, for whoever looks at the page from outside.
    this.element.dataset.from = this.scale.from;
    this.element.dataset.to = this.scale.to;
  }

  drawAxis(context, ticks, width) {
    context.fillStyle = this.colour('--line');
    context.fillRect(0, AXIS_HEIGHT - 1, width, 1);
    context.fillStyle = this.colour('--quiet');
    context.textAlign = 'left';
    context.fillText(day(this.scale.from), 12, AXIS_HEIGHT / 2);
    context.textAlign = 'center';
    for (const tick of ticks) {
      const x = this.scale.x(tick.time), half = context.measureText(tick.label).width / 2;
      if (x - half > this.scale.left && x + half < width)
        context.fillText(tick.label, x, AXIS_HEIGHT / 2);
    }
  }

  drawLane(context, lane, y) {
    context.fillStyle = this.colour('--line');
    context.fillRect(this.scale.left, y + LANE_HEIGHT - 1, this.scale.width, 1);
    this.drawSpells(context, lane, y + BAR_TOP);
    this.drawMarks(context, lane, y + MARK_Y);
  }

  drawSpells(context, lane, y) {
    const { scale } = this, right = scale.left + scale.width;
    context.textAlign = 'left';
    let drawn = -1;
    for (let i = firstAt(lane.spells, scale.from, (spell) => spell.to); i < lane.spells.length && lane.spells[i].from <= scale.to; ++i) {
      const spell = lane.spells[i];
      const from = Math.max(scale.x(spell.from), scale.left - 2), to = Math.min(scale.x(spell.to), right + 2);
      // What is narrower than a pixel and lies where one was drawn already cannot be seen.
      if (Math.floor(to) === drawn)
        continue;
      drawn = Math.floor(to);
      context.fillStyle = this.colour(spell.colour);
      context.fillRect(from, y, Math.max(to - from - (to - from > 4 ? 1 : 0), 1), BAR_HEIGHT);
      if (to - from > 24 && context.measureText(spell.name).width + 14 < to - from) {
        context.fillStyle = this.colour(spell === UNKNOWN || spell.colour === '--unknown' ? '--quiet' : '--bar-ink');
        context.fillText(spell.name, Math.max(from, scale.left) + 7, y + BAR_HEIGHT / 2 + 0.5);
      }
    }
  }

  drawMarks(context, lane, y) {
    const { scale } = this, paths = {}, drawn = {};
    const margin = NEAR * (scale.to - scale.from) / scale.width;
    for (let i = firstAt(lane.events, scale.from - margin); i < lane.events.length && lane.events[i].time <= scale.to + margin; ++i) {
      const event = lane.events[i], x = scale.x(event.time);
      const group = this.matches && !this.matches.has(event) ? `${event.kind} faint` : event.kind;
      if (drawn[group] === Math.round(x * 2))
        continue;
      drawn[group] = Math.round(x * 2);
      paths[group] ??= new Path2D();
      SHAPES[KINDS[event.kind].shape](paths[group], x, y);
    }
    // What matters most is drawn last, above the rest.
    for (const kind of ['setting', 'other', 'media', 'state', 'notice', 'alarm']) {
      context.fillStyle = this.colour(`--${kind}`);
      context.globalAlpha = 0.15;
      if (paths[`${kind} faint`])
        context.fill(paths[`${kind} faint`]);
      context.globalAlpha = 1;
      if (paths[kind])
        context.fill(paths[kind]);
    }
    if (this.chosen?.lane === lane)
      this.drawChosen(context, scale.x(this.chosen.time), y);
  }

  drawChosen(context, x, y) {
    context.strokeStyle = this.colour('--focus');
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, 10, 0, 2 * Math.PI);
    context.moveTo(x, y + 10);
    context.lineTo(x, y - MARK_Y + LANE_HEIGHT);
    context.stroke();
  }

  // Where the lanes begin, in the window.
  origin() {
    const box = this.element.getBoundingClientRect();
    return { x: box.left + this.element.clientLeft, y: box.top + this.element.clientTop + AXIS_HEIGHT - this.element.scrollTop };
  }

  // What is at a place of the window: a lane, and the nearest event or the spell there.
  at(clientX, clientY) {
    const origin = this.origin(), x = clientX - origin.x, y = clientY - origin.y;
    const lane = this.recording.lanes[Math.floor(y / LANE_HEIGHT)];
    if (!lane || clientY < origin.y + this.element.scrollTop)
      return {};
    if (x < this.scale.left)
      return { lane };
    const time = this.scale.time(x), events = lane.events;
    const right = firstAt(events, time), event = [events[right - 1], events[right]]
      .filter((candidate) => candidate && (!this.matches || this.matches.has(candidate)) && Math.abs(this.scale.x(candidate.time) - x) <= NEAR)
      .sort((a, b) => Math.abs(a.time - time) - Math.abs(b.time - time))[0];
    const spell = lane.spells.find((candidate) => candidate.from <= time && time < candidate.to);
    return y % LANE_HEIGHT < BAR_TOP - 2 ? { lane, event, spell: event ? undefined : spell } : { lane, event: spell ? undefined : event, spell };
  }

  // Has the event be seen. Returns where it is, in the window.
  show(event) {
    const index = this.recording.lanes.indexOf(event.lane), top = index * LANE_HEIGHT;
    this.scale.show(event.time);
    const height = this.element.clientHeight - AXIS_HEIGHT;
    if (top < this.element.scrollTop)
      this.element.scrollTop = top;
    else if (top + LANE_HEIGHT > this.element.scrollTop + height)
      this.element.scrollTop = top + LANE_HEIGHT - height;
    this.drawNow();
    const origin = this.origin();
    return { x: origin.x + this.scale.x(event.time), y: origin.y + top + MARK_Y };
  }

  choose(event) {
    this.chosen?.lane.label.classList.remove('chosen');
    this.chosen = event;
    event?.lane.label.classList.add('chosen');
    this.draw();
  }
}
