// Lines in, however their octets arrive.
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { readLines } from './control-lines.ts';

const lines = [
  { id: 1, cmd: 'a\u2028b' },
  { id: 2, cmd: 'ä€😀' },
  { id: 3, cmd: '' },
];
const octets = Buffer.from(
  `${JSON.stringify(lines[0])}\nno JSON\n[1]\n\n${JSON.stringify(lines[1])}\r\n` +
    `${JSON.stringify(lines[2])}\n{"id":4,"cmd":"unfinished"}`,
);

it.each([1, 2, 7, 10_000])('gives every whole line that is an object: %i octets', async (piece) => {
  const pieces: Buffer[] = [];
  for (let at = 0; at < octets.length; at += piece) pieces.push(octets.subarray(at, at + piece));
  const found: unknown[] = [];
  await readLines(Readable.from(pieces), (line) => found.push(line));
  expect(found).toEqual(lines);
});
