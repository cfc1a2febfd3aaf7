import { existsSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { misuse, type CommandFailure } from './failure.ts';
import { editInEditor } from './text-editor.ts';

const resource = Buffer.from('{"resourceType":"Patient","id":"p","gender":"male","x":1.10}');

describe('editInEditor', () => {
  it('gives what the editor left, and takes the file away', async () => {
    const text = await editInEditor(`sed -i -e 's/"male"/"female"/'`, resource);
    const changed = JSON.parse(Buffer.from(text.octets).toString()) as { gender: string };
    expect(changed.gender).toBe('female');
    expect(Buffer.from(text.octets).toString()).toContain('"x": 1.10');
    const failure = (await text.keep?.(misuse('no.'))) as CommandFailure;
    const file = /is in (\S+):/.exec(failure.next ?? '')?.[1] ?? '';
    expect(readFileSync(file)).toEqual(Buffer.from(text.octets));
    expect(statSync(file).mode & 0o077).toBe(0);
    await text.discard?.();
    expect(existsSync(file)).toBe(false);
  });

  it('changes nothing when the editor fails or is not there', async () => {
    await expect(editInEditor('false', resource)).rejects.toThrow('ended with status 1');
    await expect(editInEditor('no-such-editor-here 2>/dev/null', resource)).rejects.toThrow('127');
  });
});
