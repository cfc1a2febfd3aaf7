// The report page in the browser: filters, keys, the place in the address, and transcripts, which
// are drawn when their case is opened. It loads nothing and knows no rule of the protocol.
/* global document, FormData, URLSearchParams, history, location, HTMLDetailsElement, setTimeout,
   addEventListener */
'use strict';

const form = document.querySelector('form');
const cases = [...document.querySelectorAll('details.case')];
const sections = [...document.querySelectorAll('section.family')];
const count = document.querySelector('#count');
const dataOf = (id) => JSON.parse(document.getElementById(id)?.textContent ?? 'null');
const sentences = dataOf('sentences') ?? {};

function element(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(...content);
  return made;
}

// --- filters

function wanted() {
  const data = new FormData(form);
  return {
    verdicts: new Set(data.getAll('verdict')),
    role: data.get('role'),
    family: data.get('family'),
    requirement: String(data.get('requirement')).trim().toUpperCase(),
    words: String(data.get('text')).toLowerCase().split(/\s+/).filter(Boolean),
  };
}

function matches(row, { verdicts, role, family, requirement, words }) {
  const { verdicts: own = '', role: ownRole, family: ownFamily, requirements = '' } = row.dataset;
  if (verdicts.size > 0 && !own.split(' ').some((one) => verdicts.has(one))) return false;
  if (role !== '' && role !== ownRole) return false;
  if (family !== '' && family !== ownFamily) return false;
  const isExact = requirement in sentences;
  const hits = (id) => (isExact ? id === requirement : id.includes(requirement));
  if (requirement !== '' && !requirements.split(' ').some(hits)) return false;
  if (words.length === 0) return true;
  row.searchText ??= (row.dataset.text ?? row.textContent).toLowerCase();
  return words.every((word) => row.searchText.includes(word));
}

function filter() {
  const wish = wanted();
  let shown = 0;
  for (const row of cases) {
    row.hidden = !matches(row, wish);
    if (!row.hidden) shown += 1;
  }
  for (const section of sections) {
    section.hidden = section.querySelector('details.case:not([hidden])') === null;
  }
  count.textContent =
    shown === cases.length ? `${shown} cases` : `${shown} of ${cases.length} cases`;
}

function remember() {
  const place = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value !== '') place.append(name, value);
  const text = place.toString();
  // The address of a file takes a new fragment too, and nothing is loaded.
  history.replaceState(null, '', text === '' ? '#' : `#${text}`);
}

function restore() {
  const place = new URLSearchParams(location.hash.slice(1));
  for (const field of form.elements) {
    if (field.type === 'checkbox') field.checked = place.getAll('verdict').includes(field.value);
    else if (field.name) field.value = place.get(field.name) ?? '';
  }
  filter();
  const opened = document.getElementById(location.hash.slice(1));
  if (!(opened instanceof HTMLDetailsElement)) return;
  opened.open = true;
  opened.scrollIntoView();
  opened.querySelector('summary').focus();
}

function changed() {
  filter();
  remember();
}

// --- transcripts

const sideNames = { kit: 'kit', testee: 'testee' };
const sealings = {
  clear: 'in clear',
  opened: 'sealed; shown opened',
  odd: 'sealed out of turn; shown opened',
  closed: 'does not open; shown as it is',
};

function spaced(hex) {
  return hex.replace(/(..)(?=.)/g, '$1 ').replace(/ ?… ?/, ' … ');
}

function kindOf(mark) {
  if (mark.side === 'kit') return 'breaks purpose';
  return mark.level === 'SHOULD' ? 'breaks should' : 'breaks';
}

function callout(mark) {
  const lead = mark.side === 'kit' ? 'sent on purpose against ' : 'breaks ';
  const sentence = sentences[mark.requirement];
  return element(
    'aside',
    `callout ${kindOf(mark)}`,
    element('p', '', lead, element('b', '', mark.requirement), ` ${sentence?.level ?? mark.level}`),
    element(
      'blockquote',
      '',
      sentence?.text ?? 'This sentence is not in the specification’s data.',
    ),
    element('p', 'soft', mark.detail),
  );
}

function rowOf([from, to, depth, name, hex, value], mark) {
  const made = element(
    'div',
    mark === undefined ? 'row' : `row marked ${kindOf(mark)}`,
    element('span', 'at', String(from)),
    element('span', 'name', name, ...(value === undefined ? [] : [element('i', '', ` ${value}`)])),
    element('span', 'hex', spaced(hex)),
  );
  made.title = `octets ${from} to ${to - 1} of the frame`;
  made.style.setProperty('--depth', String(depth));
  return made;
}

function frameOf(item) {
  const marks = item.marks ?? [];
  const whole = marks.filter(({ rows }) => rows === undefined);
  const facts = [
    `${sideNames[item.side]} →`,
    `${item.octets} octets from ${item.at}`,
    item.counter === undefined ? undefined : `seal ${item.counter}`,
    sealings[item.sealing],
    item.step === undefined ? undefined : `step ${item.step}`,
  ].filter((fact) => fact !== undefined);
  const header = element(
    'summary',
    whole.length > 0 ? `whole ${kindOf(whole[0])}` : '',
    element('b', '', item.name),
    ...facts.map((fact) => element('span', '', fact)),
  );
  const made = element('details', `item ${item.side}`, header, ...whole.map(callout));
  made.open = item.isOpen;
  for (const [index, row] of (item.rows ?? []).entries()) {
    const mark = marks.find(({ rows }) => rows && index >= rows[0] && index <= rows[1]);
    made.append(rowOf(row, mark));
    for (const one of marks) if (one.rows?.[1] === index) made.append(callout(one));
  }
  return made;
}

const events = {
  fin: (item) => `The ${item.side} ended its side (FIN).`,
  rst: (item) => `The ${item.side} broke the connection (RST).`,
  note: (item) => item.name,
  gap: (item) => `… ${item.name} …`,
};

function itemOf(item) {
  if (item.kind === 'frame') return frameOf(item);
  if (item.kind === 'rest') return frameOf({ ...item, sealing: undefined });
  return element('p', `event ${item.side}`, events[item.kind]?.(item) ?? item.kind);
}

/** Buttons that lead to each finding, and one for all octets. */
function toolsOf(place) {
  const tools = element('div', 'tools');
  const button = (text, act) => {
    const made = element('button', '', text);
    made.type = 'button';
    made.addEventListener('click', act);
    tools.append(made);
  };
  for (const found of place.querySelectorAll('.callout')) {
    const id = found.querySelector('b').textContent;
    const from = found.closest('.item')?.querySelector('summary b').textContent ?? 'end';
    const isOurs = found.classList.contains('purpose');
    button(`${isOurs ? 'kit' : 'testee'} ${from} ↓ ${id}`, () => {
      const frame = found.closest('.item');
      if (frame !== null) frame.open = true;
      found.scrollIntoView({ block: 'center' });
    });
  }
  button('All octets', () => {
    const frames = [...place.querySelectorAll('.item')];
    const isOpening = frames.some((frame) => !frame.open);
    for (const frame of frames) frame.open = isOpening;
  });
  place.prepend(tools);
}

/** Marked frames stand open; where nothing is marked, the last ones do. */
function withOpen(items) {
  const isMarked = items.some(({ marks }) => marks !== undefined);
  const lastFrames = items.length - 4;
  return items.map((item, index) => ({
    ...item,
    isOpen: isMarked ? item.marks !== undefined : index >= lastFrames,
  }));
}

function draw(place) {
  const source = place.querySelector('script[type="application/json"]');
  if (source === null) return;
  const sessions = JSON.parse(source.textContent);
  source.remove();
  for (const [index, { items, marks }] of sessions.entries()) {
    if (sessions.length > 1) place.append(element('h4', '', `Connection ${index + 1}`));
    place.append(...withOpen(items).map(itemOf), ...marks.map(callout));
  }
  toolsOf(place);
}

function drawIn(row) {
  for (const place of row.querySelectorAll('.transcript')) draw(place);
}

// --- keys

function move(step) {
  const rows = cases.filter((row) => !row.hidden).map((row) => row.querySelector('summary'));
  const at = rows.indexOf(document.activeElement);
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

function onKey(event) {
  const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === 'Escape' && isTyping) event.target.blur();
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '/') document.querySelector('#text').focus();
  else if (event.key === 'j') move(1);
  else if (event.key === 'k') move(-1);
  else return;
  event.preventDefault();
}

form.addEventListener('input', changed);
form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('reset', () => setTimeout(changed));
document.querySelector('#open').addEventListener('click', () => {
  for (const row of cases) if (!row.hidden && row.dataset.failing === 'yes') row.open = true;
});
document.addEventListener('keydown', onKey);
document.addEventListener('toggle', (event) => event.target.open && drawIn(event.target), true);
addEventListener('hashchange', restore);
restore();
