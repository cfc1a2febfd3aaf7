// Transactions and batches: the entries of a Bundle as interactions. A transaction is undone as a
// whole by the first entry that fails, and its answer does not say which one that was.
import { isEntryFault } from '../../src/fhir/entry-fault.ts';
import { parseLossless, stringifyLossless } from '../../src/fhir/json-text.ts';
import type { JsonValue } from '../../src/fhir/json-value.ts';
import { isJsonArray, jsonAt } from '../../src/fhir/json-value.ts';
import { joined, jsonOctets, outcomeOf, Refusal, type Answer } from './answer.ts';
import type { Behaviour } from './behaviour.ts';
import { noBody, type Interaction, type Interactions } from './interactions.ts';
import type { ResourceVersions, Version } from './resource-versions.ts';

const limits = { depthMax: 75, valuesMax: 10_000_000 };
// R4, section "transaction processing rules": deletes first, reads last.
const order = ['DELETE', 'POST', 'PUT', 'PATCH', 'GET'];

/** What a Bundle works on. */
export interface BundleContext {
  readonly interactions: Interactions;
  readonly versions: ResourceVersions;
  readonly behaviour: Behaviour;
  /** Whether the client wants to see what it wrote. */
  readonly representation: boolean;
}

/** @throws Refusal when the Bundle is not good, or an entry of a transaction fails. */
export function performBundle(octets: Uint8Array, context: BundleContext): Answer {
  const bundle = parseLossless(octets, limits);
  if (isEntryFault(bundle)) throw new Refusal(400, 'structure', bundle.detail);
  const type = text(jsonAt(bundle, 'type'));
  const entries = jsonAt(bundle, 'entry') ?? [];
  const isBundle = jsonAt(bundle, 'resourceType') === 'Bundle' && isJsonArray(entries);
  if (!isBundle) throw new Refusal(400, 'structure', 'this is no Bundle');
  if (entries.length > context.behaviour.bundleEntriesMax) {
    throw new Refusal(413, 'too-long', 'the Bundle has too many entries');
  }
  const interactions = entries.map((entry) => interactionOf(entry, context.behaviour));
  if (type === 'batch')
    return respond('batch', interactions, batch(interactions, context), context);
  if (type !== 'transaction') throw new Refusal(400, 'value', `a Bundle of type ${type ?? '?'}`);
  return respond('transaction', interactions, transaction(interactions, context), context);
}

function batch(
  list: readonly Interaction[],
  { interactions }: BundleContext,
): (Answer | Refusal)[] {
  return list.map((interaction) => {
    try {
      return interactions.perform(interaction);
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  });
}

function transaction(list: readonly Interaction[], context: BundleContext): Answer[] {
  const { interactions, versions } = context;
  const writes = list.filter(({ method }) => method !== 'GET').map(({ path }) => path);
  const names = writes.filter((path) => path.includes('/'));
  if (new Set(names).size < names.length) {
    throw new Refusal(400, 'duplicate', 'a resource stands twice in the transaction');
  }
  const before = versions.snapshot();
  const answers = new Map<Interaction, Answer>();
  try {
    for (const method of order) {
      for (const interaction of list) {
        if (interaction.method !== method) continue;
        answers.set(interaction, interactions.perform(interaction));
      }
    }
    const written = [...answers.values()].flatMap(({ version }): Version[] =>
      version === undefined ? [] : [version],
    );
    interactions.checkReferences(written);
  } catch (error) {
    versions.restore(before);
    throw error;
  }
  return list.flatMap((interaction) => answers.get(interaction) ?? []);
}

function interactionOf(entry: JsonValue, behaviour: Behaviour): Interaction {
  const request = jsonAt(entry, 'request');
  const method = text(jsonAt(request, 'method')) ?? '';
  const [path = '', query = ''] = (text(jsonAt(request, 'url')) ?? '').split('?');
  const resource = jsonAt(entry, 'resource');
  if (method === 'PATCH' && !behaviour.patchInBundles) {
    throw new Refusal(400, 'not-supported', 'PATCH is not supported in a Bundle');
  }
  return {
    method,
    path,
    query: new URLSearchParams(query),
    body: resource === undefined ? noBody : bodyOf(method, resource),
    ifMatch: text(jsonAt(request, 'ifMatch')),
    ifNoneMatch: text(jsonAt(request, 'ifNoneMatch')),
    ifNoneExist: text(jsonAt(request, 'ifNoneExist')),
  };
}

function bodyOf(method: string, resource: JsonValue): Uint8Array {
  if (method !== 'PATCH') return stringifyLossless(resource);
  const contentType = text(jsonAt(resource, 'contentType'));
  const data = text(jsonAt(resource, 'data'));
  if (contentType !== 'application/json-patch+json' || data === undefined) {
    throw new Refusal(400, 'invalid', 'a PATCH entry carries its patch as a Binary');
  }
  return Buffer.from(data, 'base64');
}

function respond(
  type: string,
  list: readonly Interaction[],
  answers: readonly (Answer | Refusal)[],
  context: BundleContext,
): Answer {
  const parts = answers.flatMap((answer, index) => [
    index === 0 ? '' : ',',
    ...(answer instanceof Refusal
      ? refusedEntry(answer)
      : entryOf(answer, context, list[index]?.method === 'GET')),
  ]);
  const head = `{"resourceType":"Bundle","type":"${type}-response","entry":[`;
  return { status: 200, headers: {}, body: joined([head, ...parts, ']}']) };
}

function refusedEntry({ status, issue, message }: Refusal): (string | Uint8Array)[] {
  const response = { status: `${status}`, outcome: outcomeOf(issue, message) };
  return ['{"response":', jsonOctets(response), '}'];
}

function entryOf(
  { status, body, version }: Answer,
  { behaviour, representation }: BundleContext,
  isRead: boolean,
): (string | Uint8Array)[] {
  const tag = version === undefined ? undefined : etagOf(version, behaviour);
  const response = {
    status: `${status}`,
    ...(tag === undefined ? {} : { etag: tag }),
    ...(version === undefined ? {} : { lastModified: version.lastUpdated }),
  };
  const shown = representation || isRead ? body : undefined;
  return [
    '{',
    ...(shown === undefined ? [] : ['"resource":', shown, ',']),
    '"response":',
    jsonOctets(response),
    '}',
  ];
}

/** The ETag of a version in the form this server uses; undefined: it sends none. */
export function etagOf({ versionId }: Version, { etags }: Behaviour): string | undefined {
  if (etags === 'none') return undefined;
  return etags === 'weak' ? `W/"${versionId}"` : `"${versionId}"`;
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
