// The judges must find what they are there for: contents, histories and requests that are wrong.
import { describe, expect, it } from 'vitest';
import { startFhirServer } from '../testing/fhir-server/fhir-server.ts';
import { created, edited, editsIn, type Content, type EditKind } from './content.ts';
import { Coverage } from './coverage.ts';
import { Ledger } from './ledger.ts';
import { judgeRequests } from './request-judge.ts';
import { ServerJudge } from './server-judge.ts';

const name = 'Patient/p';

/** A resource with these edits, all of them in the ledger. */
function written(ledger: Ledger, kinds: readonly EditKind[]): Content[] {
  const contents: Content[] = [];
  for (const kind of [undefined, ...kinds]) {
    const before = contents.at(-1);
    const mark = ledger.nextEdit();
    const made =
      before === undefined ? created(name, mark) : edited(before, mark, kind ?? 'nothing', 0);
    const sees = new Set(before === undefined ? [] : editsIn(before));
    const { born } = made.content;
    ledger.addEdit({ mark, resource: name, author: 0, effect: made.effect, born, sees });
    contents.push(made.content);
  }
  return contents;
}

describe('the ledger', () => {
  const all: readonly EditKind[] = ['append', 'prepend', 'exchange', 'set', 'tag', 'take-out'];

  it('finds nothing wrong with what edits lead to', () => {
    const ledger = new Ledger();
    for (const content of written(ledger, all)) expect(ledger.faultsOf(content)).toEqual([]);
  });

  it.each<[string, (content: Content) => Content]>([
    ['marks stand there twice', (c) => ({ ...c, marks: [...c.marks, c.marks[0] ?? ''] })],
    ['marks are not those', (c) => ({ ...c, marks: c.marks.slice(1) })],
    ['without what it was made on', ({ e2, ...c }) => ({ ...c, was: e2 })],
    ['s0 is not what was set last', (c) => ({ ...c, s0: 'e2' })],
    ['tags are not those', (c) => ({ ...c, meta: {} })],
    ['contains edits of something else', (c) => ({ ...c, id: 'q' })],
    ['contains edits of something else', (c) => ({ ...c, e99: 'append' })],
  ])('finds that %s', (fault, spoil) => {
    const ledger = new Ledger();
    const content = written(ledger, ['append', 'set', 'tag', 'append']).at(-1);
    expect(content && ledger.faultsOf(spoil(content)).join()).toContain(fault);
  });

  it('PSP-CHG-1: finds an id that was given twice', () => {
    const ledger = new Ledger();
    const deletion = { resource: name, author: 0, born: 'e1', sees: new Set<string>() };
    ledger.addDeletion(deletion, 'aa/1');
    expect(() => ledger.addDeletion(deletion, 'aa/1')).toThrow('one change id');
  });
});

describe('the judge of the server', () => {
  it.each<[string, (contents: Content[]) => (Content | undefined)[], RegExp]>([
    ['overwritten edits', ([a, b, c]) => [a, c, b], /overwrites e3/],
    ['a deletion that nobody made', ([a]) => [a, undefined], /deletes what nobody deleted/],
  ])('finds %s', async (_what, versionsOf, fault) => {
    const server = await startFhirServer();
    const ledger = new Ledger();
    for (const version of versionsOf(written(ledger, ['append', 'set']))) {
      if (version === undefined) server.delete('Patient', 'p');
      else server.put(JSON.stringify(version));
    }
    const judge = new ServerJudge(server, ledger, new Coverage());
    expect(() => judge.judge([name])).toThrow(fault);
    await server.close();
  });

  it('finds a resource that is back after it was deleted', async () => {
    const server = await startFhirServer();
    const ledger = new Ledger();
    const [content] = written(ledger, []);
    server.put(JSON.stringify(content));
    ledger.addDeletion({ resource: name, author: 0, born: 'e1', sees: new Set(['e1']) });
    server.delete('Patient', 'p');
    const judge = new ServerJudge(server, ledger, new Coverage());
    judge.judge([name]);
    server.put(JSON.stringify(content));
    expect(() => judge.judge([name])).toThrow('back from the dead');
    await server.close();
  });
});

describe('the judge of requests', () => {
  const patch = { method: 'PATCH', path: name, headers: {}, body: '' };
  const read = { method: 'GET', path: name, headers: {}, body: '', status: 200 };

  it('finds a write that is sent again without a look', async () => {
    const server = await startFhirServer();
    server.requests.push({ ...patch, status: undefined }, { ...patch, status: 200 });
    expect(() => judgeRequests(server, 0)).toThrow('without a look');
    server.requests.splice(1, 0, read);
    expect(() => judgeRequests(server, 0)).not.toThrow();
    await server.close();
  });
});
