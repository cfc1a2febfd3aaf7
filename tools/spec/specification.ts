// Knows what the specification is made of: which renderer fills which region, and which data names
// requirements.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  renderAnnotated,
  renderFrame,
  renderLengthValues,
  renderSealed,
  renderStream,
} from './annotated.ts';
import { isDraft, readChapters } from './document.ts';
import type { Fault } from './document.ts';
import { isList, isRecord, readData, recordsAt, renderRecords, select } from './records.ts';
import type { Json } from './records.ts';
import { fillRegions, RenderError } from './regions.ts';
import type { Filled, Renderer } from './regions.ts';
import { findRequirements } from './requirements.ts';
import type { Requirement } from './requirements.ts';
import { readSchema, renderDefinition, renderEnum, renderWireImage } from './schema.ts';
import { renderSkew } from './skew.ts';
import { renderDiagram, renderDraftStates, renderStates, renderVocabulary } from './states.ts';
import { renderVector, vectorText } from './vector-hex.ts';

function renderRegistry(root: string, words: readonly string[]): string[] {
  const [name = '', ...filters] = words;
  const registries = recordsAt(readData(root, 'v1/registries.json'), 'registries');
  const registry = registries.find((record) => record['name'] === name);
  if (registry === undefined) throw new RenderError(`no registry "${name}"`);
  const { records, keys } = select(recordsAt(registry, 'entries'), filters);
  return renderRecords(records, keys);
}

function renderTable(root: string, file: string, key: string, words: readonly string[]): string[] {
  const { records, keys } = select(recordsAt(readData(root, `v1/${file}.json`), key), words);
  return renderRecords(records, keys);
}

function requirementsOf(root: string, isOfDraft: boolean): Requirement[] {
  const chapters = readChapters(root).filter((chapter) => isDraft(chapter) === isOfDraft);
  return chapters.flatMap((chapter) => [...findRequirements(chapter).requirements]);
}

/** Every requirement of version 1, in order of chapter. */
export function readRequirements(root: string): Requirement[] {
  return requirementsOf(root, false);
}

/** Every requirement of a draft: nobody has to keep them. */
export function readDraftRequirements(root: string): Requirement[] {
  return requirementsOf(root, true);
}

function renderIndex(root: string): string[] {
  const rows = readRequirements(root).map(({ id, level, actor, path }) => {
    const chapter = path.replace(/^.*\//, '');
    return `| ${id} | ${level.toLowerCase()} | ${actor} | [${chapter.slice(0, 2)}](${chapter}) |`;
  });
  return ['| requirement | level | binds | chapter |', '|---|---|---|---|', ...rows];
}

/** The octets at `area#id field`. */
function octetsAt(root: string, address = '', field = ''): Uint8Array {
  return Uint8Array.from(Buffer.from(vectorText(root, address, field), 'hex'));
}

/** The renderers of every directive, for the repository at `root`. */
export function renderersOf(root: string): Map<string, Renderer> {
  const schema = readSchema(root);
  return new Map<string, Renderer>([
    ['limits', (words) => renderTable(root, 'limits', 'limits', words)],
    ['errors', (words) => renderTable(root, 'errors', 'errors', words)],
    ['registry', (words) => renderRegistry(root, words)],
    ['proto', ([name = '']) => renderDefinition(schema, name)],
    ['wire', ([name = '']) => renderWireImage(schema, name)],
    ['enum', ([name = '']) => renderEnum(schema, name)],
    ['states', ([role = '']) => renderStates(root, role)],
    ['draft-states', ([draft = '', role = '']) => renderDraftStates(root, draft, role)],
    ['diagram', ([role = '']) => renderDiagram(root, role)],
    ['events', ([role = '']) => renderVocabulary(root, role, 'events')],
    ['actions', ([role = '']) => renderVocabulary(root, role, 'actions')],
    ['vector', (words) => renderVector(root, words)],
    [
      'annotated',
      ([type = '', ...place]) => renderAnnotated(schema, type, octetsAt(root, ...place)),
    ],
    ['frame', ([type = '', ...place]) => renderFrame(schema, type, octetsAt(root, ...place))],
    ['frames', (place) => renderStream(octetsAt(root, ...place))],
    ['sealed', (place) => renderSealed(octetsAt(root, ...place))],
    ['length-values', (place) => renderLengthValues(octetsAt(root, ...place))],
    ['skew', ([part = '']) => renderSkew(root, part)],
    ['requirements', () => renderIndex(root)],
  ]);
}

/** A chapter as its data would have it. */
export interface RenderedChapter extends Filled {
  readonly path: string;
}

/** Fills the regions of every chapter; writes nothing. */
export function renderChapters(root: string): RenderedChapter[] {
  const renderers = renderersOf(root);
  return readChapters(root).map(({ path, lines }) => {
    return { path, ...fillRegions(path, lines.join('\n'), renderers) };
  });
}

function requirementsIn(value: Json): string[] {
  if (isList(value)) return value.flatMap(requirementsIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => {
    const named = /^requirements?$/.test(key) ? [part].flat() : [];
    return [
      ...named.map((id) => (typeof id === 'string' ? id : JSON.stringify(id))),
      ...(named.length > 0 ? [] : requirementsIn(part)),
    ];
  });
}

/** Finds data of the specification whose `requirement` or `requirements` names none. */
export function checkData(root: string, known: ReadonlySet<string>): Fault[] {
  const paths = globSync('spec/**/*.json', { cwd: root }).map((path) => path.replaceAll('\\', '/'));
  return paths.sort().flatMap((path) => {
    const data = JSON.parse(readFileSync(join(root, path), 'utf8')) as Json;
    const unknown = requirementsIn(data).filter((id) => !known.has(id));
    return unknown.map((id) => ({ path, line: 0, message: `requirement ${id} does not exist` }));
  });
}
