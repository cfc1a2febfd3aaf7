// The kit's copy of what the specification says as data: requirements, error codes, limits, state
// tables. `node tools/kit-data.ts` writes it; a test says when it is out of date. The kit reads it
// from its own package and knows no specification beside it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { sentenceHash } from './spec/requirements.ts';
import type { Requirement } from './spec/requirements.ts';
import { readDraftRequirements, readRequirements } from './spec/specification.ts';

const folder = join('conformance', 'data');
const copies: Readonly<Record<string, string>> = {
  'errors.json': 'errors.json',
  'limits.json': 'limits.json',
  'states-receiver.json': join('states', 'receiver.json'),
  'states-sender.json': join('states', 'sender.json'),
};

async function requirementsText(root: string, of: readonly Requirement[]): Promise<string> {
  // No line numbers: text that moves is not text that changed.
  const requirements = of.map((requirement) => {
    const { id, level, actor, text, path } = requirement;
    return { id, level, actor, text, path, sha256: sentenceHash(requirement) };
  });
  const path = join(root, folder, 'requirements.json');
  const options = { ...(await resolveConfig(path)), filepath: path };
  return format(JSON.stringify({ requirements }), options);
}

/** What each file below `conformance/data` has to hold, by its path in the repository. */
export async function kitData(root: string): Promise<ReadonlyMap<string, string>> {
  const files = Object.entries(copies).map(([name, source]): [string, string] => [
    join(folder, name),
    readFileSync(join(root, 'spec', 'v1', source), 'utf8'),
  ]);
  const sentences = await requirementsText(root, readRequirements(root));
  const drafts = await requirementsText(root, readDraftRequirements(root));
  return new Map([
    ...files,
    [join(folder, 'requirements.json'), sentences],
    [join(folder, 'draft-requirements.json'), drafts],
  ]);
}

if (process.argv[1] === import.meta.filename) {
  const root = join(import.meta.dirname, '..');
  for (const [path, text] of await kitData(root)) writeFileSync(join(root, path), text);
}
