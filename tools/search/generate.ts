// Writes the reference's table of search parameters from the published definitions of FHIR R4.
// usage: node tools/search/generate.ts FOLDER [--check]
// FOLDER holds one JSON resource in each file: npm package hl7.fhir.r4.examples@4.0.1, unpacked.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { compileParameters, isOfSubset } from './compile.ts';
import type { Compiled, PublishedParameter } from './compile.ts';
import { Definitions } from './definitions.ts';

const target = join(import.meta.dirname, '../../reference/src/fhir/search/parameters.ts');
const used = /^(SearchParameter|StructureDefinition|ValueSet)-.*\.json$/;

const type = 'Readonly<Record<string, Readonly<Record<string, string>>>>';
const head = `\
// Made by tools/search/generate.ts from the definitions of FHIR R4: npm hl7.fhir.r4.examples 4.0.1,
// HL7, CC0-1.0. FHIR is a registered trademark of HL7. Do not edit.
/* eslint-disable max-lines, max-len -- a generated table, one parameter a line */

/**
 * The search parameters of the declared subset: resource type, then code. A row has the kind, then
 * for each place that is searched its path, its FHIR type and, for a code of one system, that
 * system. Places are separated by a vertical bar. Of the filters \`[is=T]\` takes references to T,
 * \`[extension=url]\` elements with that extension, and any other elements with that member.
 */
export const searchParameters: ${type} = `;

interface Published {
  readonly resourceType: string;
}

function read(folder: string): Published[] {
  return readdirSync(folder)
    .filter((name) => used.test(name))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Published);
}

async function textOf({ rows }: Compiled): Promise<string> {
  const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);
  const table = [...rows]
    .sort(byName)
    .map(([type, codes]) => [type, Object.fromEntries([...codes].sort(byName))]);
  const source = `${head}${JSON.stringify(Object.fromEntries(table))};\n`;
  const options = await resolveConfig(target);
  return format(source, { ...options, parser: 'typescript' });
}

function coverage(published: readonly PublishedParameter[], { rows, leftOut }: Compiled): string {
  const lines: string[] = [];
  for (const kind of ['token', 'string', 'reference', 'date', 'uri']) {
    const pairs = published
      .filter((each) => isOfSubset(each) && each.type === kind)
      .flatMap(({ code, base = [] }) => base.map((type) => [type, code] as const));
    const names = new Set(pairs.map((pair) => pair.join('.')));
    const has = pairs.filter(([type, code]) => rows.get(type)?.has(code) === true);
    const covered = new Set(has.map((pair) => pair.join('.')));
    lines.push(`${kind}: ${covered.size} of ${names.size}`);
  }
  const reasons = [...leftOut].map(([name, reason]) => `left out ${name}: ${reason}`);
  return [...lines, ...reasons].join('\n');
}

async function main([folder, option]: readonly string[]): Promise<number> {
  if (folder === undefined || (option !== undefined && option !== '--check')) {
    console.error('usage: node tools/search/generate.ts FOLDER [--check]');
    return 2;
  }
  const resources = read(folder);
  const published = resources.filter(
    (each) => each.resourceType === 'SearchParameter',
  ) as unknown as PublishedParameter[];
  const compiled = compileParameters(published, new Definitions(resources));
  const text = await textOf(compiled);
  console.log(coverage(published, compiled));
  if (option === undefined) writeFileSync(target, text);
  else if (readFileSync(target, 'utf8') !== text) {
    console.error('the table differs from the definitions');
    return 1;
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
