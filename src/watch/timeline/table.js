// The table: of thousands of rows those that are to be seen are there, and say which of how many they are.

const ROW_HEIGHT = 30, SPARE_ROWS = 12, PRINTED_ROWS = 2000;

class Table {
  constructor(events, onChoose) {
    this.events = events;
    this.onChoose = onChoose;
    this.element = document.getElementById('rows');
    this.table = this.element.querySelector('table');
    this.body = document.getElementById('body');
    this.before = document.getElementById('before');
    this.after = document.getElementById('after');
    this.chosen = null;
    this.element.addEventListener('scroll', () => this.fill());
    new ResizeObserver(() => this.fill()).observe(this.element);
    this.body.addEventListener('click', (click) => this.click(click));
    this.body.addEventListener('keydown', (key) => this.key(key));
    this.setEvents(events);
  }

  setEvents(events) {
    this.events = events;
    this.table.setAttribute('aria-rowcount', events.length + 1);
    this.filled = '';
    this.element.scrollTop = 0;
    this.choose(this.chosen);
  }

  row(place) {
    const event = this.events[place], row = document.createElement('tr');
    const [time, machine, text] = ['td', 'td', 'td'].map((name) => row.appendChild(document.createElement(name)));
    const name = document.createElement('b'), label = document.createElement('bdi');
    row.className = event.kind;
    row.dataset.place = place;
    row.setAttribute('aria-rowindex', place + 2);
    row.setAttribute('aria-selected', event === this.chosen);
    row.tabIndex = event === this.chosen || (!this.events.includes(this.chosen) && place === 0) ? 0 : -1;
    time.textContent = clock(event.time);
    label.textContent = event.machine || '(by hand)';
    machine.append(label);
    // The text begins with the event's name.
    name.textContent = event.name;
    text.append(name, event.text.startsWith(event.name) ? event.text.slice(event.name.length) : ` ${event.text}`);
    return row;
  }

  space(element, rows) {
    element.replaceChildren();
    if (!rows)
      return;
    const cell = element.insertRow().insertCell();
    cell.colSpan = 3;
    cell.style.height = `${rows * ROW_HEIGHT}px`;
  }

  fill(whole = false) {
    const last = Math.ceil((this.element.scrollTop + this.element.clientHeight) / ROW_HEIGHT) + SPARE_ROWS;
    const first = whole ? 0 : Math.max(Math.floor(this.element.scrollTop / ROW_HEIGHT) - SPARE_ROWS, 0);
    const end = Math.min(whole ? PRINTED_ROWS : last, this.events.length);
    const filled = `${first} ${end} ${this.chosen?.index}`;
    if (filled === this.filled)
      return;
    const focused = this.body.contains(document.activeElement);
    this.filled = filled;
    this.space(this.before, first);
    this.body.replaceChildren(...Array.from({ length: Math.max(end - first, 0) }, (_, i) => this.row(first + i)));
    this.space(this.after, whole ? 0 : this.events.length - end);
    if (focused)
      this.focusable()?.focus({ preventScroll: true });
  }

  focusable() {
    return this.body.querySelector('tr[tabindex="0"]') ?? this.body.querySelector('tr');
  }

  choose(event) {
    this.chosen = event;
    const place = event ? this.placeOf(event) : -1;
    if (place >= 0) {
      const top = place * ROW_HEIGHT, height = this.element.clientHeight - ROW_HEIGHT;
      if (top < this.element.scrollTop)
        this.element.scrollTop = top;
      else if (top + ROW_HEIGHT > this.element.scrollTop + height)
        this.element.scrollTop = top + ROW_HEIGHT - height;
    }
    this.fill();
  }

  // Events stand in the order of their index, filtered or not.
  placeOf(event) {
    const place = firstAt(this.events, event.index, (item) => item.index);
    return this.events[place] === event ? place : -1;
  }

  focus() {
    this.focusable()?.focus();
  }

  click(click) {
    const row = click.target.closest('tr');
    if (row)
      this.onChoose(this.events[row.dataset.place]);
    this.focus();
  }

  key(key) {
    const page = Math.max(Math.floor(this.element.clientHeight / ROW_HEIGHT) - 2, 1);
    const steps = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -Infinity, End: Infinity, Enter: 0 };
    if (!Object.hasOwn(steps, key.key) || !this.events.length)
      return;
    key.preventDefault();
    const row = key.target.closest('tr');
    const place = Math.min(Math.max(Number(row.dataset.place) + steps[key.key], 0), this.events.length - 1);
    this.onChoose(this.events[place]);
    this.focus();
  }
}
