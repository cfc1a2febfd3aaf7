// The interactions on one resource: read, vread, history, create, update, patch, delete. Works on
// versions and answers; knows neither sockets nor Bundles.
import { isEntryFault } from '../../src/fhir/entry-fault.ts';
import { isResourceId } from '../../src/fhir/entry-check.ts';
import { parseLossless } from '../../src/fhir/json-text.ts';
import type { JsonObject, JsonValue } from '../../src/fhir/json-value.ts';
import { isJsonObject } from '../../src/fhir/json-value.ts';
import { applyPatch, isPatchFault, readPatch } from '../../src/fhir/patch.ts';
import { referencesIn } from '../../src/sync/references.ts';
import { joined, octetsOf, Refusal, type Answer } from './answer.ts';
import type { Behaviour } from './behaviour.ts';
import { asDoubles } from './doubles.ts';
import type { Method, ResourceVersions, Version } from './resource-versions.ts';
import { search } from './search.ts';

/** One interaction, from a request of its own or from a Bundle's entry. */
export interface Interaction {
  readonly method: string;
  /** `Type`, `Type/id`, `Type/id/_history`, `Type/id/_history/vid`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifNoneExist: string | undefined;
}

const limits = { depthMax: 70, valuesMax: 10_000_000 };

/** Carries interactions out. */
export class Interactions {
  readonly #versions: ResourceVersions;
  readonly #behaviour: Behaviour;
  readonly #baseUrl: () => string;
  #nextId = 0;

  constructor(versions: ResourceVersions, behaviour: Behaviour, baseUrl: () => string) {
    this.#versions = versions;
    this.#behaviour = behaviour;
    this.#baseUrl = baseUrl;
  }

  /** @throws Refusal */
  perform(interaction: Interaction): Answer {
    const [type = '', id, history, versionId, ...more] = interaction.path.split('/');
    if (more.length > 0 || !/^[A-Z][A-Za-z]*$/.test(type)) throw unknownPath(interaction);
    if (id === undefined) return this.#onType(interaction, type);
    if (!isResourceId(id)) throw new Refusal(400, 'value', 'no such id can be');
    if (history !== undefined) return this.#onHistory(interaction, type, id, history, versionId);
    switch (interaction.method) {
      case 'GET':
        return this.#read(type, id);
      case 'PUT':
        return this.#update(interaction, type, id);
      case 'PATCH':
        return this.#patch(interaction, type, id);
      case 'DELETE':
        return this.#delete(interaction, type, id);
      default:
        throw unknownPath(interaction);
    }
  }

  /** Writes as some other client would, past all faults and preconditions. */
  writeDirectly(
    type: string,
    id: string,
    content: JsonObject | undefined,
    method: Method,
    lastUpdated?: string,
  ): Version {
    return this.#versions.write(type, id, content, method, lastUpdated);
  }

  /**
   * Judges the references of what was written, once a request is done as a whole.
   *
   * @throws Refusal when something refers to what is not there.
   */
  checkReferences(written: readonly Version[]): void {
    if (!this.#behaviour.referencesChecked) return;
    for (const version of written) {
      if (version.content === undefined) this.#checkUnreferenced(version);
      else this.#checkTargets(version);
    }
  }

  #checkTargets(version: Version): void {
    for (const target of targetsOf(version)) {
      const [type = '', id = ''] = target.split('/');
      if (this.#versions.current(type, id)?.content === undefined) {
        throw new Refusal(422, 'not-found', `${target} is referred to and is not here`);
      }
    }
  }

  #checkUnreferenced({ resourceType, id }: Version): void {
    const name = `${resourceType}/${id}`;
    for (const other of this.#versions.live()) {
      if (targetsOf(other).includes(name)) {
        throw new Refusal(409, 'conflict', `${other.resourceType}/${other.id} refers to ${name}`);
      }
    }
  }

  #onType({ method, body, query, ifNoneExist }: Interaction, type: string): Answer {
    if (method === 'GET') {
      return found(search(this.#versions, type, query, this.#baseUrl()));
    }
    if (method !== 'POST') throw new Refusal(405, 'not-supported', `${method} on a type`);
    const content = this.#content(body, type, undefined);
    if (ifNoneExist !== undefined) {
      const matches = search(this.#versions, type, new URLSearchParams(ifNoneExist), '').matches;
      if (matches.length > 1) throw new Refusal(412, 'multiple-matches', 'several resources match');
      const [match] = matches;
      if (match !== undefined) return answerOf(200, match);
    }
    this.#nextId += 1;
    return answerOf(201, this.#versions.write(type, `s${this.#nextId}`, content, 'POST'));
  }

  #onHistory(
    interaction: Interaction,
    type: string,
    id: string,
    history: string,
    versionId: string | undefined,
  ): Answer {
    const isRead = interaction.method === 'GET' && history === '_history';
    if (!isRead) throw unknownPath(interaction);
    if (!this.#behaviour.history) throw new Refusal(404, 'not-supported', 'no history is kept');
    const versions = this.#versions.all(type, id);
    if (versionId === undefined) {
      if (versions.length === 0) throw new Refusal(404, 'not-found', `no ${type}/${id}`);
      const url = `${this.#baseUrl()}/${interaction.path}`;
      const hasInstants = this.#behaviour.deletionInstants === 'history';
      return found(historyBundle(versions, interaction.query, url, hasInstants));
    }
    const version = versions.find((one) => one.versionId === versionId);
    if (version === undefined) throw new Refusal(404, 'not-found', `no version ${versionId}`);
    if (version.content === undefined) throw goneRefusal(version);
    return answerOf(200, version);
  }

  #read(type: string, id: string): Answer {
    return answerOf(200, this.#live(type, id));
  }

  #update(interaction: Interaction, type: string, id: string): Answer {
    const { body, ifMatch, ifNoneMatch } = interaction;
    const content = this.#content(body, type, id);
    const current = this.#versions.current(type, id);
    const exists = current?.content !== undefined;
    if (ifNoneMatch === '*' && exists && this.#behaviour.createOnly) {
      throw new Refusal(412, 'conflict', `${type}/${id} exists`);
    }
    this.#checkIfMatch(ifMatch, current);
    return answerOf(exists ? 200 : 201, this.#versions.write(type, id, content, 'PUT'));
  }

  #patch({ body, ifMatch }: Interaction, type: string, id: string): Answer {
    const current = this.#live(type, id);
    this.#checkIfMatch(ifMatch, current);
    const patch = parseLossless(body, limits);
    const operations = isEntryFault(patch) ? patch : readPatch(patch);
    if (isEntryFault(operations)) throw new Refusal(400, 'invalid', operations.detail);
    const patched = applyPatch(current.content, operations);
    if (isPatchFault(patched)) throw new Refusal(422, 'processing', patched.detail);
    const content = this.#judged(patched, type, id);
    const kept = this.#behaviour.patchedNumbers === 'doubles' ? asDoubles(content) : content;
    return answerOf(200, this.#versions.write(type, id, kept, 'PATCH'));
  }

  #delete({ ifMatch }: Interaction, type: string, id: string): Answer {
    const current = this.#versions.current(type, id);
    // RFC 9110, 13.1.1: where nothing is, no If-Match holds.
    if (this.#behaviour.ifMatchOnDelete) this.#checkIfMatch(ifMatch, current);
    if (current?.content === undefined) return { status: 204, headers: {}, body: undefined };
    const version = this.#versions.write(type, id, undefined, 'DELETE');
    return { status: 204, headers: {}, body: undefined, version };
  }

  #live(type: string, id: string): Version & { readonly content: JsonObject } {
    const current = this.#versions.current(type, id);
    if (current === undefined) throw new Refusal(404, 'not-found', `no ${type}/${id}`);
    const { content } = current;
    if (content !== undefined) return { ...current, content };
    if (this.#behaviour.gone) throw goneRefusal(current);
    throw new Refusal(404, 'not-found', `no ${type}/${id}`);
  }

  #checkIfMatch(ifMatch: string | undefined, current: Version | undefined): void {
    if (ifMatch === undefined) return;
    const isWeak = ifMatch.startsWith('W/');
    const wanted = /^(?:W\/)?"(.*)"$/.exec(ifMatch)?.[1];
    const matches = wanted !== undefined && wanted === current?.versionId;
    const comparable = !(isWeak && this.#behaviour.etags === 'strong');
    if (matches && comparable && current?.content !== undefined) return;
    const status = this.#behaviour.staleStatus;
    throw new Refusal(status, 'conflict', `the version is not ${ifMatch}`);
  }

  #content(body: Uint8Array, type: string, id: string | undefined): JsonObject {
    const value = parseLossless(body, limits);
    if (isEntryFault(value)) throw new Refusal(400, 'structure', value.detail);
    return this.#judged(value, type, id);
  }

  #judged(value: JsonValue, type: string, id: string | undefined): JsonObject {
    if (!isJsonObject(value)) throw new Refusal(400, 'structure', 'no resource');
    if (value.get('resourceType') !== type) throw new Refusal(400, 'invalid', 'another type');
    if (id !== undefined && value.get('id') !== id) throw new Refusal(400, 'invalid', 'another id');
    const objection = this.#behaviour.objection(value);
    if (objection !== undefined) throw new Refusal(422, 'business-rule', objection);
    return this.#behaviour.alter(value);
  }
}

function targetsOf(version: Version): string[] {
  const octets = octetsOf(version);
  return octets === undefined ? [] : [...referencesIn(octets)];
}

function answerOf(status: number, version: Version): Answer {
  return { status, headers: {}, body: octetsOf(version), version };
}

function found({ body }: { readonly body: Uint8Array }): Answer {
  return { status: 200, headers: {}, body };
}

function historyBundle(
  versions: readonly Version[],
  query: URLSearchParams,
  url: string,
  hasInstants: boolean,
): { readonly body: Uint8Array } {
  const offset = Number(query.get('_offset') ?? 0);
  const count = Number(query.get('_count') ?? 20);
  const page = versions.toReversed().slice(offset, offset + count);
  const entries = page.map((version, index): Uint8Array => {
    const { resourceType, id, versionId, lastUpdated, method } = version;
    const octets = octetsOf(version);
    const request = JSON.stringify({ method, url: `${resourceType}/${id}` });
    const response = JSON.stringify({
      status: method === 'DELETE' ? '204' : '200',
      etag: `W/"${versionId}"`,
      ...(method === 'DELETE' && !hasInstants ? {} : { lastModified: lastUpdated }),
    });
    return joined([
      index === 0 ? '' : ',',
      '{',
      ...(octets === undefined ? [] : ['"resource":', octets, ',']),
      `"request":${request},"response":${response}}`,
    ]);
  });
  const next = `${url}?_count=${count}&_offset=${offset + count}`;
  const hasNext = offset + count < versions.length;
  const link = JSON.stringify(hasNext ? [{ relation: 'next', url: next }] : []);
  const head = `{"resourceType":"Bundle","type":"history","total":${versions.length},`;
  return { body: joined([head, `"link":${link},"entry":[`, ...entries, ']}']) };
}

function goneRefusal({ lastUpdated }: Version): Refusal {
  return new Refusal(410, 'deleted', `Resource was deleted at ${lastUpdated}`);
}

function unknownPath({ method, path }: Interaction): Refusal {
  return new Refusal(404, 'not-supported', `${method} ${path} is nothing this server does`);
}

/** Octets of an empty body. */
export const noBody = new Uint8Array(0);
