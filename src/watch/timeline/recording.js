// The recording as the page has it: lines of JSON, as vmwatch --json prints them, of which machines and spells are made.

const STATES = [
  ['Invalid', '--unknown'], ['Turned off', '--off'], ['Saved', '--saved'], ['Turning on', '--starting'],
  ['Restoring', '--starting'], ['Running', '--running'], ['Paused', '--paused'], ['Saving', '--saving'],
  ['Turning off', '--stopping'], ['Merging drives', '--merging'], ['Deleted', '--deleted'],
];
const UNKNOWN = { name: 'State not known yet', colour: '--unknown' };
const DELETED = 10;

// What an event is like, which is its colour and the shape of its mark.
const KINDS = {
  state: { label: 'state', shape: 'tick' },
  alarm: { label: 'trouble', shape: 'triangle' },
  notice: { label: 'shutdown, reset, logoff', shape: 'diamond' },
  media: { label: 'media', shape: 'square' },
  setting: { label: 'setting', shape: 'dot' },
  other: { label: 'other', shape: 'ring' },
};
const KIND_OF = {
  OnStateChange: 'state', OnVMStateChange: 'state',
  OnTripleFault: 'alarm', OnHeartbeatStopped: 'alarm', OnDiskOutOfSpace: 'alarm',
  OnReset: 'notice', OnRequestShutdown: 'notice', OnGuestShutdown: 'notice', OnGuestLogoff: 'notice',
  OnMediaInsert: 'media', OnMediaEject: 'media',
  OnConfigurationChanged: 'setting', OnEnhancedVideoModeChanged: 'setting',
};

// What does something where it is shown is shown by its number, as vmwatch shows it.
const ACTING = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function shown(text) {
  return String(text).replace(ACTING, (c) => `<U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`);
}

// An event of a line, or null where it is none.
function readLine(line) {
  let json;
  try {
    json = JSON.parse(line);
  } catch {
    return null;
  }
  const time = Date.parse(json?.time);
  if (Number.isNaN(time) || typeof json.name !== 'string' || typeof json.source !== 'string')
    return null;
  return {
    time, machine: shown(json.source), name: shown(json.name), text: shown(json.text ?? json.name),
    kind: Object.hasOwn(KIND_OF, json.name) ? KIND_OF[json.name] : 'other',
    state: json.name === 'OnStateChange' ? json.arguments?.virtualMachineState : undefined,
  };
}

// The stretches of time in which a machine was in one state.
function spellsOf(events, from, to) {
  const spells = [];
  let spell = { ...UNKNOWN, from };
  for (const event of events) {
    if (!Object.hasOwn(STATES, event.state ?? '') || STATES[event.state][0] === spell.name)
      continue;
    if (event.time > spell.from)
      spells.push({ ...spell, to: event.time });
    spell = { name: STATES[event.state][0], colour: STATES[event.state][1], from: event.time, gone: event.state === DELETED };
  }
  // A machine that has been deleted is in no state any more.
  if (!spell.gone && to > spell.from)
    spells.push({ ...spell, to });
  return spells;
}

// events: in the order of their times, each with its lane; lanes: a machine each, by its name, in the order of appearance.
function readRecording(text) {
  const lines = text.split('\n').filter((line) => line.trim());
  const read = lines.map(readLine);
  const events = read.filter(Boolean);
  const lanes = new Map();
  // A clock that was set back moves no event: they stay in the order in which they came.
  let latest = -Infinity;
  events.forEach((event, index) => {
    event.time = latest = Math.max(latest, event.time);
    event.index = index;
    if (!lanes.has(event.machine))
      lanes.set(event.machine, { machine: event.machine, events: [] });
    event.lane = lanes.get(event.machine);
    event.place = event.lane.events.push(event) - 1;
  });
  const from = events.length ? events[0].time : 0;
  const to = events.length ? events[events.length - 1].time : 1;
  for (const lane of lanes.values())
    lane.spells = spellsOf(lane.events, from, to);
  return {
    events, lanes: [...lanes.values()], from, to,
    unread: lines.length - events.length, cut: lines.length > 0 && !read[read.length - 1],
  };
}
