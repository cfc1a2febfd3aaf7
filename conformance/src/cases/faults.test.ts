// What a writer of cases is told when something is wrong.
import { describe, expect, it } from 'vitest';
import { faultLine, loadCases } from './load.ts';
import { files, folderWith, head, whole } from './testing/folders.ts';

function faultsOf(more: string, others: Readonly<Record<string, string>> = {}): string[] {
  const folder = folderWith({ 'cases/receiver/a.yaml': head + more, ...others });
  return loadCases(folder).faults.map(faultLine);
}

describe('what a writer is told', () => {
  const at = 'cases/receiver/a.yaml';
  it.each([
    [
      'an unknown member',
      `${whole}    mutat: {}\n`,
      `${at}:8: RCV-0001: mutat: does not exist here`,
    ],
    ['no flow', whole.replace('    flow: short\n', ''), `${at}:4: RCV-0001: flow: is missing`],
    [
      'an unknown flow',
      whole.replace('short', 'long'),
      `${at}:7: RCV-0001: flow: there is no flow`,
    ],
    [
      'two changes',
      `${whole}    mutate: { at: offer, drop: true, fill: 9 }\n`,
      'exactly one of set',
    ],
    ['no change', `${whole}    mutate: { at: offer }\n`, 'mutate: write the one change'],
    [
      'an unknown step',
      `${whole}    mutate: { at: offers, drop: true }\n`,
      `${at}:8: RCV-0001: mutate.at: there is no step offers; there are initiate, accept`,
    ],
    [
      'a field that the message lacks',
      `${whole}    mutate: { at: payload, set: { sequenze: 1 } }\n`,
      'mutate.set: Payload has no field sequenze',
    ],
    [
      'a change of what is not sent',
      `${whole}    mutate: { at: ack, set: {} }\n`,
      'mutate.at: step ack sends nothing',
    ],
    ['an unknown entry', `${whole}    mutate: { at: payload, entries: [q] }\n`, 'an entry q'],
    [
      'copies of changes',
      `${whole}    mutate: { at: payload, entries: [{ like: c, count: 2 }] }\n`,
      "an entry with changes can't be copied",
    ],
    ['an unknown requirement', whole.replace('PAY-2', 'PAY-999'), 'has no PSP-'],
    [
      'an unknown rule that is broken',
      `${whole}    breaks: [${['PSP', 'NO', '1'].join('-')}]\n`,
      'breaks: the spec',
    ],
    ['a level of its own', `${whole}    level: SHOULD\n`, 'level: PSP-PAY-2 says the level itself'],
    ['no level for a MAY', whole.replace('PAY-2', 'MSG-14'), 'PSP-MSG-14 is a MAY'],
    ['an unknown code', `${whole}    expect: { abort: OOPS }\n`, 'expect.abort: no error code'],
    [
      'an entry code',
      `${whole}    expect: { abort: ENTRY_INVALID }\n`,
      'no error code of a session',
    ],
    [
      'a refused reset that goes on',
      `${whole}    expect: { refused: serverUrl, continues: true }\n`,
      'a reset that is refused is followed by nothing',
    ],
    [
      'a refused reset without a change',
      `${whole}    mutate: { at: offer, drop: true }\n    expect: { refused: serverUrl }\n`,
      'serverUrl is changed at reset',
    ],
    [
      'a server that is changed in a step',
      `${whole}    mutate: { at: offer, serverUrl: 'x' }\n    expect: { refused: serverUrl }\n`,
      'serverUrl is changed at reset',
    ],
    [
      'a message without the field that sessions are compared by',
      `${whole}    differs: [Accept.nonce]\n`,
      'differs: Accept has no field nonce',
    ],
    ['a message that there is not', `${whole}    differs: [Hello.nonce]\n`, 'differs: '],
    ['a path that is none', `${whole}    differs: [code.colour]\n`, 'differs'],
    [
      'a field that a message need not have',
      `${whole}    with: { after: { ack: [{ id: x, expect: Ack, depends: [cursor] }] } }\n`,
      'steps.x.depends: Ack has no field cursor',
    ],
    [
      'a field to depend on in what is sent',
      `${whole}    with: { after: { ack: [{ id: x, send: Ack, depends: [window] }] } }\n`,
      '.expect: is missing',
    ],
    ['an id of the other role', whole.replace('RCV', 'SND'), 'begin with RCV'],
    ['an id twice', whole + whole, `${at}:8: RCV-0001: id: another case has this id`],
    [
      'a step without a verb',
      `${whole}    mutate: { at: offer, replace: { id: x } }\n`,
      'one step',
    ],
    [
      'a step with two',
      `${whole}    mutate: { at: offer, after: [{ id: x, open: true, kill: true }] }\n`,
      'exactly one of send',
    ],
    [
      'a step id twice',
      `${whole}    mutate: { at: offer, after: [{ id: ack, kill: true }] }\n`,
      'two steps have the id ack',
    ],
    [
      'an unknown step of with',
      `${whole}    with: { fields: { oops: {} } }\n`,
      'with.fields: there is no step oops',
    ],
    ['an unknown store', `${whole}    with: { store: none }\n`, 'no data file has a store none'],
    [
      'a parameter that no run has',
      `${whole}    with: { params: { speed: 9 } }\n`,
      'with.params.speed: does not exist',
    ],
    ['no YAML', 'a: [\n', `${at}:`],
  ])('kit: %s', (_, text, said) => {
    const faults = faultsOf(text);
    expect(faults.join('\n')).toContain(said);
    expect(faults.length).toBeLessThanOrEqual(2);
  });

  it('kit: a flow of the other role', () => {
    const others = {
      'cases/sender/b.yaml': `family: f\nrole: sender\ncases:\n${whole.replace('RCV', 'SND')}`,
    };
    expect(faultsOf(whole, others).join()).toContain('flow: in short the testee is the receiver');
  });

  it('kit: a name that two files use', () => {
    const others = {
      'data/e.yaml': files['data/d.yaml'] ?? '',
      'flows/g.yaml': files['flows/f.yaml'] ?? '',
    };
    const said = faultsOf(whole, others).join('\n');
    expect(said).toContain('data/e.yaml:3: p: another file has this name');
    expect(said).toContain('flows/g.yaml:3: short: another flow has this name');
  });
});
