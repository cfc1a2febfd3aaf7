// How tests write down what is held, in one line for each resource:
//
//   Patient/p v1 [+a1 b1] (c1) {"x":1,@1}
//
// base version or `-`; changes in order (`+` INSERT, `-` DELETE, else UPDATE), each by the letter
// of the device that made it and its counter; absorbed changes; the octets, without the type and
// id that they begin with and with `@1` for the server's meta of version 1; or `deleted`.
import { ChangeType, type ChangeId, type LocalChange, type SyncPayload } from '../src/index.ts';

const encoder = new TextEncoder();

/** A resource as octets: `Patient/p` and its further members as JSON. */
export function resource(name: string, members = ''): Uint8Array {
  return encoder.encode(headOf(name) + (members === '' ? '}' : `,${members}}`));
}

/** The type and id of a name. */
export function partsOf(name: string): [type: string, id: string] {
  const [type = '', id = ''] = name.split('/');
  return [type, id];
}

/** An entry as one line. */
export function line({ payload }: { readonly payload: SyncPayload }): string {
  const { resourceType, resourceId, base, changes, absorbed } = payload;
  const name = `${resourceType}/${resourceId}`;
  const version = base === undefined ? '-' : `v${base.versionId}`;
  const listed = `[${changes.map(nameOfChange).join(' ')}] (${absorbed.map(nameOfId).join(' ')})`;
  return `${name} ${version} ${listed} ${shown(name, payload.resource)}`;
}

/** The content of a resource, as a line shows it. */
export function shown(name: string, octets: Uint8Array | string | undefined): string {
  const text = typeof octets === 'string' ? octets : new TextDecoder().decode(octets);
  if (text === '') return 'deleted';
  const head = headOf(name);
  const rest = text.startsWith(head) ? `{${text.slice(head.length).replace(/^,/, '')}` : text;
  const meta = /"meta":\{"versionId":"([^"]+)","lastUpdated":"[^"]+"\}/;
  return rest.replace(meta, '@$1');
}

function headOf(name: string): string {
  const [type, id] = partsOf(name);
  return `{"resourceType":"${type}","id":"${id}"`;
}

function nameOfChange({ id, type }: LocalChange): string {
  const sign = type === ChangeType.INSERT ? '+' : type === ChangeType.DELETE ? '-' : '';
  return sign + nameOfId(id);
}

function nameOfId(id: ChangeId | undefined): string {
  return `${String.fromCharCode(id?.replicaId[0] ?? 0x3f)}${id?.counter ?? 0n}`;
}
