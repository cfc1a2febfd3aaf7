import { describe, expect, it } from 'vitest';
import { octets } from '../sync/testing/entries.ts';
import {
  instantOfGone,
  isStrongEtag,
  outcomeText,
  retryAfterMs,
  versionInEtag,
} from './http-answer.ts';
import { historyEntries } from './server-history.ts';

describe('headers', () => {
  it.each([
    ['W/"3"', '3', false],
    ['"3"', '3', true],
    ['"a-b.c"', 'a-b.c', true],
    ['3', undefined, false],
    ['""', undefined, true],
    ['W/3', undefined, false],
    [undefined, undefined, false],
  ])('ETag %s', (etag, versionId, strong) => {
    expect(versionInEtag(etag)).toBe(versionId);
    expect(isStrongEtag(etag)).toBe(strong);
  });

  it.each([
    ['7', null, 7000],
    ['0', null, 0],
    ['Wed, 01 May 2024 12:00:09 GMT', 'Wed, 01 May 2024 12:00:00 GMT', 9000],
    ['Wed, 01 May 2024 11:00:00 GMT', 'Wed, 01 May 2024 12:00:00 GMT', 0],
    ['Wed, 01 May 2024 12:00:09 GMT', null, undefined],
    ['soon', 'Wed, 01 May 2024 12:00:00 GMT', undefined],
    ['-1', null, undefined],
    [null, null, undefined],
  ])('Retry-After %s', (value, date, ms) => {
    expect(retryAfterMs(value, date)).toBe(ms);
  });
});

describe('an OperationOutcome', () => {
  const outcome = (...issue: object[]): Uint8Array =>
    octets(JSON.stringify({ resourceType: 'OperationOutcome', issue }));

  it('says its diagnostics, its text or its code', () => {
    const issues = [{ diagnostics: 'one' }, { details: { text: 'two' } }, { code: 'three' }, {}];
    expect(outcomeText(outcome(...issues))).toBe('one; two; three');
    expect(outcomeText(outcome({ diagnostics: 'x'.repeat(600) }))).toHaveLength(501);
  });

  it('is told from anything else', () => {
    for (const other of ['', '<html>', '{}', '{"resourceType":"OperationOutcome"}', '[]']) {
      expect(outcomeText(octets(other))).toBeUndefined();
    }
  });
});

describe('a 410', () => {
  const gone = (diagnostics: string, status = 410) =>
    instantOfGone({
      kind: 'answer',
      status,
      etag: undefined,
      octets: octets(
        JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ diagnostics }] }),
      ),
    });

  it('S13: may be the only place that tells when it was', () => {
    const words = 'Resource was deleted at 2026-11-23T00:35:42.971+00:00';
    expect(gone(words)).toBe('2026-11-23T00:35:42.971+00:00');
    expect(gone(words, 404)).toBeUndefined();
    for (const other of ['Resource was deleted', 'deleted at noon', 'undeleted at 2026', '']) {
      expect(gone(other)).toBeUndefined();
    }
  });
});

describe('a history', () => {
  const page = (entry: object[], status = 200) =>
    historyEntries({
      kind: 'answer',
      status,
      etag: undefined,
      octets: octets(JSON.stringify({ resourceType: 'Bundle', type: 'history', entry })),
    });

  it('names versions wherever servers write them', () => {
    const gone = { method: 'DELETE' };
    const found = page([
      { resource: { meta: { versionId: '4', lastUpdated: 't4' } } },
      { request: gone, response: { etag: 'W/"3"', lastModified: 't3' } },
      { request: { ...gone, url: 'Patient/a/_history/2' } },
    ]);
    expect(found?.entries.map(({ versionId, lastUpdated }) => [versionId, lastUpdated])).toEqual([
      ['4', 't4'],
      ['3', 't3'],
      ['2', ''],
    ]);
    expect(found?.entries.map(({ content }) => content === undefined)).toEqual([false, true, true]);
  });

  it('is not guessed', () => {
    expect(page([], 404)).toBeUndefined();
    expect(page([{ response: { etag: 'W/"3"' } }])).toBeUndefined();
    expect(page([{ request: { method: 'DELETE' } }])).toBeUndefined();
    const other = octets('{"resourceType":"Bundle","type":"searchset","entry":[]}');
    const answer = { kind: 'answer', status: 200, etag: undefined, octets: other } as const;
    expect(historyEntries(answer)).toBeUndefined();
  });
});
