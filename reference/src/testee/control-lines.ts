// Control lines in and out. Knows JSON and line feeds, no commands.
import type { Readable, Writable } from 'node:stream';

const lineFeed = 0x0a;

/**
 * Calls back for every line that is a JSON object, in order; ends with the input.
 *
 * Only a line feed ends a line: node:readline would also cut at U+2028, which JSON text may hold.
 */
export async function readLines(
  input: Readable,
  take: (line: Readonly<Record<string, unknown>>) => void,
): Promise<void> {
  let pieces: Buffer[] = [];
  for await (const chunk of input as AsyncIterable<Buffer>) {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(lineFeed, from);
      pieces.push(chunk.subarray(from, end < 0 ? chunk.length : end));
      if (end < 0) break;
      const value = objectOf(Buffer.concat(pieces).toString('utf8'));
      pieces = [];
      from = end + 1;
      if (value !== undefined) take(value);
    }
  }
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** Writes lines, each whole. */
export function lineWriter(output: Writable): (line: Readonly<Record<string, unknown>>) => void {
  return (line) => void output.write(`${JSON.stringify(line)}\n`);
}
