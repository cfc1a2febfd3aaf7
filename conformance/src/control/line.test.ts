// The cutting of lines, in every way that octets can arrive.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hintAbout, LineReader, lineOf, parseLine, type RawLine } from './line.ts';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (line: RawLine): string =>
  new TextDecoder().decode(line.kind === 'line' ? line.octets : line.head);

describe('LineReader', () => {
  it('gives the same lines however they are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.nat(7)), (lines, cuts) => {
        const clean = lines.map((line) => line.replaceAll('\n', ' '));
        const all = octets(clean.map((line) => `${line}\n`).join(''));
        const reader = new LineReader();
        const found: string[] = [];
        let at = 0;
        for (const cut of [...cuts, all.length]) {
          found.push(...reader.push(all.subarray(at, at + cut)).map(text));
          at += cut;
        }
        expect(found).toEqual(clean.map((line) => text({ kind: 'line', octets: octets(line) })));
        expect(reader.rest()).toBeUndefined();
      }),
      { seed: 4 },
    );
  });

  it('keeps what has no line feed for the end', () => {
    const reader = new LineReader();
    expect(reader.push(octets('one\ntw')).map(text)).toEqual(['one']);
    expect(text(reader.rest()!)).toBe('tw');
    expect(reader.rest()).toBeUndefined();
  });

  it('takes a line at the limit, and counts one beyond it without holding it', () => {
    const reader = new LineReader(1_000);
    expect(reader.push(octets(`${'a'.repeat(1_000)}\n`))).toMatchObject([{ kind: 'line' }]);
    for (let piece = 0; piece < 100; piece += 1) reader.push(octets('b'.repeat(100)));
    const [line] = reader.push(octets('\nnext\n'));
    expect(line).toMatchObject({ kind: 'overlong', octets: 10_000 });
    expect(text(line!).length).toBeLessThanOrEqual(256);
    expect(reader.push(octets('x\n')).map(text)).toEqual(['x']);
  });

  it('does not keep the memory that it was given', () => {
    const reader = new LineReader();
    const piece = octets('abc');
    reader.push(piece);
    piece.fill(0);
    expect(reader.push(octets('\n')).map(text)).toEqual(['abc']);
  });
});

describe('parseLine', () => {
  it.each([
    ['{"id":1,"ok":true}', 'answer'],
    [' {"ok":true,"id":"x"}\r', 'answer'],
    ['{"ev":"code","id":1}', 'event'],
    ['{"no":"id"}', 'noise'],
    ['[{"id":1}]', 'noise'],
    ['{"id":1', 'noise'],
    ['null', 'noise'],
    ['', 'noise'],
    ['12:00 {"id":1,"ok":true}', 'noise'],
  ])('%s: %s', (line, kind) => {
    expect(parseLine(octets(line)).kind).toBe(kind);
  });

  it('takes a line that is not UTF-8 for noise, so that no text is changed in silence', () => {
    const broken = Uint8Array.from([...octets('{"id":1,"x":"'), 0xff, ...octets('"}')]);
    expect(parseLine(broken).kind).toBe('noise');
  });
});

it('lineOf: one line for every reader of lines, whatever the text', () => {
  const command = { id: 1, cmd: 'edit', resource: 'a\nb\u2028c\u2029d\u0085e\re' };
  const line = lineOf(command);
  expect(line.slice(0, -1)).not.toMatch(/[\n\r\u0085\u2028\u2029]/);
  expect(line.at(-1)).toBe('\n');
  expect(JSON.parse(line)).toEqual(command);
});

it('hintAbout: a line that was meant as an answer is recognised', () => {
  expect(hintAbout('{"id":3,"ok":true,')).toContain('one line');
  expect(hintAbout('{')).toContain('one line');
  expect(hintAbout('{"level":"info"}')).toBeUndefined();
});
