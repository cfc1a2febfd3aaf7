// Lets the user change a text in the editor of their choice. The text lies in a file that only they
// can read, and is taken away afterwards unless it would be lost. Knows nothing of stores.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { complaintOf, misuse } from './failure.ts';
import { prettyJson } from './json-print.ts';

/** A new content, and what becomes of the file it was written in. */
export interface EditorText {
  readonly octets: Uint8Array;
  /** Takes the file away. */
  readonly discard?: () => Promise<void>;
  /** Keeps the file, and names it in the failure. */
  readonly keep?: (error: unknown) => Promise<unknown>;
}

/**
 * Opens an editor on a resource and waits for its end.
 *
 * @param editor - A shell command; the file's name is its last argument.
 * @throws CommandFailure when the editor does not run or reports failure.
 */
export async function editInEditor(editor: string, resource: Uint8Array): Promise<EditorText> {
  const folder = await mkdtemp(join(tmpdir(), 'peersync-edit-'));
  const file = join(folder, 'resource.json');
  const discard = (): Promise<void> => rm(folder, { recursive: true, force: true });
  await writeFile(file, readable(resource), { mode: 0o600 });
  const status = await run(editor, file);
  if (status !== 0) {
    await discard();
    throw misuse(`The editor (${editor}) ended with status ${status}; nothing was changed.`);
  }
  const keep = async (error: unknown): Promise<unknown> => {
    const { message } = complaintOf(error);
    const next = `Your text is in ${file}: repair it, then give it with --file, and delete it.`;
    return misuse(message, next, { cause: error });
  };
  return { octets: await readFile(file), discard, keep };
}

// One endless line is nothing to edit. Reformatting is no change, for a change is JSON's
// difference.
function readable(resource: Uint8Array): Uint8Array {
  if (resource.includes(0x0a)) return resource;
  const content = parseLossless(resource);
  return isEntryFault(content) ? resource : Buffer.from(`${prettyJson(content)}\n`);
}

async function run(editor: string, file: string): Promise<number | string> {
  const ended = Promise.withResolvers<number | string>();
  // Ctrl-C is the editor's key while it runs.
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  // The shell takes an editor with arguments apart, as the user's shell would.
  const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
  child.on('error', (error) => {
    ended.resolve(error.message);
  });
  child.on('close', (code, signal) => {
    ended.resolve(code ?? signal ?? 'unknown');
  });
  return ended.promise.finally(() => {
    process.off('SIGINT', ignore);
  });
}
