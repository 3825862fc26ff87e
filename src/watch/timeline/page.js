// The page: what the reader does, and what the parts do then.

// The beginning of what may have any length.
function beginning(text, most) {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

function describe(event, most = Infinity) {
  return `${beginning(event.machine, most / 4) || '(by hand)'}: ${beginning(event.text, most)}`;
}

const TIP_LENGTH = 400;

class Page {
  constructor(recording) {
    this.recording = recording;
    this.scale = new Scale(recording.from, recording.to);
    this.lanes = new Lanes(recording, this.scale);
    this.table = new Table(recording.events, (event) => this.choose(event));
    this.tip = document.getElementById('tip');
    this.chosen = document.getElementById('chosen');
    this.listen();
    this.listenToPointer();
    this.lanes.draw();
    this.say();
  }

  say() {
    const { events, lanes, from, to, unread, cut } = this.recording;
    const number = (count, word) => `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
    document.getElementById('summary').textContent = events.length
      ? `${number(lanes.length, 'machine')}, ${number(events.length, 'event')}, ${day(from)} ${clock(from)} to ${day(to) === day(from) ? '' : `${day(to)} `}${clock(to)}`
      : 'No event was recorded.';
    const warning = document.getElementById('warning');
    warning.hidden = !unread;
    warning.textContent = cut && unread === 1 ? 'The last line was cut, and is left out.' : `${number(unread, 'line')} could not be read, and are left out.`;
    document.getElementById('legend').append(...this.legend());
  }

  legend() {
    const kinds = new Set(this.recording.events.map((event) => event.kind));
    const states = new Map(this.recording.lanes.flatMap((lane) => lane.spells).map((spell) => [spell.name, spell.colour]));
    const item = (label, inner) => {
      const entry = document.createElement('li'), picture = document.createElement('span');
      picture.setAttribute('aria-hidden', 'true');
      picture.innerHTML = `<svg viewBox="-8 -8 16 16">${inner}</svg>`;
      entry.append(picture, label);
      return entry;
    };
    const shapes = {
      tick: '<path d="M-1.5-7h3v14h-3z"/>', triangle: '<path d="M0-7L7 6H-7z"/>', diamond: '<path d="M0-7L7 0L0 7L-7 0z"/>',
      square: '<path d="M-5-5h10v10h-10z"/>', dot: '<circle r="4.5"/>', ring: '<circle r="4" fill="none" stroke-width="3"/>',
    };
    return [
      ...Object.keys(KINDS).filter((kind) => kinds.has(kind)).map((kind) =>
        item(KINDS[kind].label, `<g style="fill:var(--${kind});stroke:${KINDS[kind].shape === 'ring' ? `var(--${kind})` : 'none'}">${shapes[KINDS[kind].shape]}</g>`)),
      ...[...states].map(([name, colour]) => item(name, `<rect x="-8" y="-5" width="16" height="10" style="fill:var(${colour})"/>`)),
    ];
  }

  listen() {
    const on = (id, type, action) => document.getElementById(id).addEventListener(type, action);
    on('zoom-in', 'click', () => this.zoom(0.5));
    on('zoom-out', 'click', () => this.zoom(2));
    on('zoom-all', 'click', () => this.showAll());
    on('tools', 'submit', (event) => event.preventDefault());
    on('filter', 'input', () => this.filter(document.getElementById('filter').value));
    this.lanes.element.addEventListener('keydown', (key) => this.key(key));
    this.lanes.element.addEventListener('blur', () => this.hideTip());
    window.addEventListener('beforeprint', () => this.print(true));
    window.addEventListener('afterprint', () => this.print(false));
  }

  listenToPointer() {
    const { element } = this.lanes;
    let grabbed = null;
    element.addEventListener('pointerdown', (pointer) => {
      grabbed = { x: pointer.clientX, from: this.scale.from, moved: false };
    });
    element.addEventListener('pointermove', (pointer) => {
      if (!(pointer.buttons & 1) || !grabbed) {
        this.hover(pointer);
        return;
      }
      const by = pointer.clientX - grabbed.x, length = this.scale.to - this.scale.from;
      if (!grabbed.moved && Math.abs(by) < 4)
        return;
      if (!grabbed.moved)
        element.setPointerCapture(pointer.pointerId);
      grabbed.moved = true;
      this.hideTip();
      this.scale.moveTo(grabbed.from - by / this.scale.width * length, length);
      this.lanes.draw();
    });
    element.addEventListener('pointerup', (pointer) => {
      const { event } = this.lanes.at(pointer.clientX, pointer.clientY);
      if (grabbed && !grabbed.moved && event)
        this.choose(event);
      grabbed = null;
    });
    element.addEventListener('pointerleave', () => this.hideTip());
    element.addEventListener('wheel', (wheel) => this.wheel(wheel), { passive: false });
  }

  wheel(wheel) {
    const sideways = wheel.shiftKey ? wheel.deltaY || wheel.deltaX : wheel.deltaX;
    if (!wheel.ctrlKey && !wheel.metaKey && !sideways)
      return;
    wheel.preventDefault();
    this.hideTip();
    if (wheel.ctrlKey || wheel.metaKey)
      this.scale.zoom(Math.exp(wheel.deltaY * 0.002), this.scale.time(wheel.clientX - this.lanes.origin().x));
    else
      this.scale.move(sideways / this.scale.width * (this.scale.to - this.scale.from));
    this.lanes.draw();
  }

  zoom(factor) {
    this.scale.zoom(factor, this.lanes.chosen?.time);
    this.lanes.draw();
  }

  showAll() {
    this.scale.showAll();
    this.lanes.draw();
  }

  // The next event of a lane that the filter lets through, from a place on.
  nextIn(lane, place, step) {
    const { matches } = this.lanes;
    while (lane.events[place] && matches && !matches.has(lane.events[place]))
      place += step;
    return lane.events[place];
  }

  // That of the next lane that is nearest in time.
  nearestIn(step) {
    const { lanes } = this.recording, { chosen } = this.lanes;
    for (let i = lanes.indexOf(chosen.lane) + step; lanes[i]; i += step) {
      const right = firstAt(lanes[i].events, chosen.time);
      const candidates = [this.nextIn(lanes[i], right - 1, -1), this.nextIn(lanes[i], right, 1)].filter(Boolean);
      if (candidates.length)
        return candidates.sort((a, b) => Math.abs(a.time - chosen.time) - Math.abs(b.time - chosen.time))[0];
    }
    return undefined;
  }

  goal(name) {
    const { chosen } = this.lanes;
    if (!chosen)
      return this.table.events[name === 'End' ? this.table.events.length - 1 : 0];
    switch (name) {
      case 'ArrowLeft': return this.nextIn(chosen.lane, chosen.place - 1, -1);
      case 'ArrowRight': return this.nextIn(chosen.lane, chosen.place + 1, 1);
      case 'ArrowUp': return this.nearestIn(-1);
      case 'ArrowDown': return this.nearestIn(1);
      case 'Home': return this.nextIn(chosen.lane, 0, 1);
      default: return this.nextIn(chosen.lane, chosen.lane.events.length - 1, -1);
    }
  }

  key(key) {
    const page = (this.scale.to - this.scale.from) * 0.8;
    const actions = {
      '+': () => this.zoom(0.5), '=': () => this.zoom(0.5), '-': () => this.zoom(2), '0': () => this.showAll(),
      PageUp: () => { this.scale.move(-page); this.lanes.draw(); }, PageDown: () => { this.scale.move(page); this.lanes.draw(); },
      Enter: () => this.table.focus(), Escape: () => this.choose(null),
    };
    for (const name of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'])
      actions[name] = () => { const event = this.goal(name); if (event) this.choose(event); };
    if (key.ctrlKey || key.altKey || key.metaKey || !Object.hasOwn(actions, key.key))
      return;
    key.preventDefault();
    actions[key.key]();
  }

  choose(event) {
    this.lanes.choose(event);
    this.table.choose(event);
    this.hideTip();
    this.chosen.textContent = event ? `${clock(event.time)}  ${describe(event)}` : '';
    if (!event)
      return;
    const place = this.lanes.show(event);
    this.showTip(place.x, place.y, `${day(event.time)} ${clock(event.time)}`, describe(event, TIP_LENGTH));
  }

  hover(pointer) {
    const { lane, event, spell } = this.lanes.at(pointer.clientX, pointer.clientY);
    if (event)
      this.showTip(pointer.clientX, pointer.clientY, `${day(event.time)} ${clock(event.time)}`, describe(event, TIP_LENGTH));
    else if (spell)
      this.showTip(pointer.clientX, pointer.clientY, `${clock(spell.from)} to ${clock(spell.to)}, ${span(spell.to - spell.from)}`, `${beginning(lane.machine, TIP_LENGTH / 4)}: ${spell.name}`);
    else if (lane && pointer.clientX - this.lanes.origin().x < this.scale.left)
      this.showTip(pointer.clientX, pointer.clientY, `${lane.events.length.toLocaleString('en')} events`, beginning(lane.machine, TIP_LENGTH) || '(by hand)');
    else
      this.hideTip();
  }

  showTip(x, y, when, what) {
    const time = document.createElement('div'), text = document.createElement('bdi');
    time.className = 'when';
    time.textContent = when;
    text.textContent = what;
    this.tip.replaceChildren(time, text);
    this.tip.hidden = false;
    const box = this.tip.getBoundingClientRect(), gap = 14;
    const left = x + gap + box.width > innerWidth ? x - gap - box.width : x + gap;
    const top = y + gap + box.height > innerHeight ? y - gap - box.height : y + gap;
    this.tip.style.left = `${Math.max(left, 4)}px`;
    this.tip.style.top = `${Math.max(top, 4)}px`;
  }

  hideTip() {
    this.tip.hidden = true;
  }

  filter(words) {
    const sought = words.trim().toLowerCase(), { events } = this.recording;
    const matching = sought ? events.filter((event) => `${event.machine} ${event.text}`.toLowerCase().includes(sought)) : events;
    this.lanes.matches = sought ? new Set(matching) : null;
    document.getElementById('count').textContent = sought ? `${matching.length.toLocaleString('en')} of ${events.length.toLocaleString('en')}` : '';
    if (this.lanes.chosen && sought && !this.lanes.matches.has(this.lanes.chosen))
      this.choose(null);
    this.table.setEvents(matching);
    this.lanes.draw();
  }

  // On paper nothing scrolls.
  print(begins) {
    this.table.filled = '';
    this.table.fill(begins);
    this.lanes.drawNow(begins);
  }
}

document.addEventListener('DOMContentLoaded', () => new Page(readRecording(document.getElementById('recording').textContent)));
