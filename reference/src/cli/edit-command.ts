// `peersync edit`: gives a resource a new content and records what changed. Where the new content
// comes from is decided here; the patch is made by the store.
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless, stringifyLossless } from '../fhir/json-text.ts';
import { jsonAt, type JsonValue } from '../fhir/json-value.ts';
import { parsePointer } from '../fhir/json-pointer.ts';
import { applyPatch, isPatchFault, type PatchOperation } from '../fhir/patch.ts';
import { readIdentity } from '../fhir/scan-json.ts';
import { refusalToCreate } from '../store/local-changes.ts';
import type { Store, StoredEntry } from '../store/store.ts';
import { readResourceName, type ResourceName } from './command-arguments.ts';
import { misuse } from './failure.ts';
import { readInput, standardInput } from './input-files.ts';
import { formatCount } from './number-text.ts';
import type { Screen } from './screen.ts';
import { existing } from './show-command.ts';
import { type CommonOptions, withStore } from './store-access.ts';
import { editInEditor, type EditorText } from './text-editor.ts';

/** Options of `peersync edit`. */
export interface EditOptions extends CommonOptions {
  readonly file?: string;
  readonly set?: readonly string[];
  readonly remove?: readonly string[];
}

/** Changes one resource locally. */
export async function edit(screen: Screen, reference: string, options: EditOptions): Promise<void> {
  const name = readResourceName(reference);
  const hasMembers = options.set !== undefined || options.remove !== undefined;
  if (options.file !== undefined && hasMembers) {
    throw misuse('Give the whole resource with --file, or members with --set and --remove.');
  }
  await withStore(options, screen, async (store) => {
    const entry = await existing(store, name.resourceType, name.resourceId);
    if (entry.payload.resource.length === 0) checkCreatable(reference, entry, hasMembers);
    const text = hasMembers
      ? withMembers(entry, options)
      : await newText(screen, reference, entry, options.file);
    try {
      await save(screen, store, name, entry, text.octets);
    } catch (error) {
      throw text.keep === undefined ? error : await text.keep(error);
    }
    await text.discard?.();
  });
}

async function newText(
  screen: Screen,
  reference: string,
  entry: StoredEntry,
  file: string | undefined,
): Promise<EditorText> {
  if (file !== undefined) return { octets: await readInput(file, screen.stdin) };
  if (!screen.canAsk) return { octets: await readInput(standardInput, screen.stdin) };
  const editor = screen.env['VISUAL'] ?? screen.env['EDITOR'] ?? '';
  if (editor !== '') return editInEditor(editor, startOf(entry));
  throw misuse(
    'How is it to be changed? Neither --set, --remove nor --file is given, and no EDITOR is set.',
    `For one member: peersync edit ${reference} --set '/active=false'`,
  );
}

/** Of a deleted resource, the whole content may be given anew once the server knows of it. */
function checkCreatable(reference: string, entry: StoredEntry, hasMembers: boolean): void {
  const refusal = refusalToCreate(entry);
  if (refusal !== undefined) throw misuse(`${refusal}.`);
  if (!hasMembers) return;
  throw misuse(
    `${reference} is deleted, so no member of it can be edited.`,
    'Give its whole content with --file to create it again.',
  );
}

function startOf({ payload }: StoredEntry): Uint8Array {
  if (payload.resource.length > 0) return payload.resource;
  const { resourceType, resourceId } = payload;
  return Buffer.from(`${JSON.stringify({ resourceType, id: resourceId }, null, 2)}\n`);
}

async function save(
  screen: Screen,
  store: Store,
  { resourceType, resourceId }: ResourceName,
  before: StoredEntry,
  octets: Uint8Array,
): Promise<void> {
  const identity = readIdentity(octets);
  if (isEntryFault(identity)) {
    throw misuse(`The new content is no resource that can be stored: ${identity.detail}.`);
  }
  if (identity.resourceType !== resourceType || identity.id !== resourceId) {
    const given = `${identity.resourceType}/${identity.id}`;
    throw misuse(
      `The new content is ${given}, not ${resourceType}/${resourceId}.`,
      'An edit keeps type and id; `peersync import --as local` creates a new resource.',
    );
  }
  const now = new Date().toISOString();
  const isGone = before.payload.resource.length === 0;
  const after = isGone ? await store.create(octets, now) : await store.update(octets, now);
  const isChanged = after.sequence !== before.sequence;
  const count = after.payload.changes.length;
  screen.emit({ event: 'edited', resourceType, resourceId, changed: isChanged, changes: count });
  screen.print(
    isChanged
      ? `${isGone ? 'Created again: ' : 'Changed '}${resourceType}/${resourceId}; it has ` +
          `${formatCount(count, 'local change')} now.`
      : `Nothing changed in ${resourceType}/${resourceId}.`,
  );
}

/** The resource with `--set` and `--remove` carried out, in the order set before remove. */
function withMembers(entry: StoredEntry, { set = [], remove = [] }: EditOptions): EditorText {
  const parsed = parseLossless(entry.payload.resource);
  if (isEntryFault(parsed)) throw misuse(`It can't be edited by member: ${parsed.detail}.`);
  let content: JsonValue = parsed;
  for (const text of set) content = applied(content, setOperation(content, text), text);
  for (const path of remove) {
    checkPointer('--remove', path, path);
    content = applied(content, { op: 'remove', path }, path);
  }
  return { octets: stringifyLossless(content) };
}

function setOperation(content: JsonValue, text: string): PatchOperation {
  const equals = text.indexOf('=');
  const path = text.slice(0, Math.max(equals, 0));
  checkPointer('--set', path, text);
  const value = parseLossless(Buffer.from(text.slice(equals + 1)));
  if (isEntryFault(value)) {
    throw misuse(
      `--set ${text}: what follows the = is not JSON.`,
      `A text needs quotation marks: --set '${path}="text"'`,
    );
  }
  return { op: isThere(content, path) ? 'replace' : 'add', path, value };
}

function checkPointer(option: string, path: string, text: string): void {
  if (path !== '' && parsePointer(path) !== undefined) return;
  throw misuse(
    `${option} ${text}: there is no JSON Pointer.`,
    `Write --set '/name/0/family="Chalmers"' or --remove /telecom/1.`,
  );
}

function isThere(content: JsonValue, path: string): boolean {
  let here: JsonValue | undefined = content;
  for (const segment of parsePointer(path) ?? []) {
    here = jsonAt(here, Array.isArray(here) ? Number(segment) : segment);
  }
  return here !== undefined;
}

function applied(content: JsonValue, operation: PatchOperation, text: string): JsonValue {
  const result = applyPatch(content, [operation]);
  if (!isPatchFault(result)) return result;
  throw misuse(
    `${text}: ${result.reason === 'missing-target' ? 'there is no such place' : result.detail}.`,
    'See the resource with `peersync show`.',
  );
}
