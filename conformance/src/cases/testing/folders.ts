// A folder with a flow and a little data, for tests of the loader. Removed when its test is over.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The files of every such folder. */
export const files: Readonly<Record<string, string>> = {
  'data/d.yaml': `
entries:
  p: { type: Patient, id: p, resource: '{"resourceType":"Patient","id":"p"}' }
  c:
    type: Patient
    id: c
    resource: '{"resourceType":"Patient","id":"c"}'
    changes:
      - { replica: 00112233445566778899aabbccddeeff, counter: 1, type: INSERT, payload: '{}' }
stores:
  some: { entries: [p] }
`,
  'flows/f.yaml': `
flows:
  short:
    role: receiver
    title: Not much of a session
    store: some
    params: { mode: FULL }
    steps:
      - { id: initiate, send: Initiate }
      - { id: accept, expect: Accept }
      - { id: offer, send: Offer }
      - { id: payload, send: Payload, entries: [p] }
      - { id: ack, expect: Ack }
      - { id: complete, send: Complete }
      - { id: close, close: fin }
`,
};

/** A folder with these files and more. */
export function folderWith(more: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'cases-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries({ ...files, ...more })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** What a file of cases begins with. */
export const head = 'family: some\nrole: receiver\ncases:\n';
/** A case that is whole. */
export const whole = `  - id: RCV-0001
    title: A title that is long enough
    requirements: [PSP-PAY-2]
    flow: short
`;
