// `node tools/spec/check.ts`: holds the specification to its own rules, and every citation in the
// repository to the specification. With `--list` it prints the requirements as JSON instead. Paths
// given as arguments limit what is shown to the files that begin with them.
import { join } from 'node:path';
import { readChapters } from './document.ts';
import type { Chapter, Fault } from './document.ts';
import { readData, recordsAt, textAt } from './records.ts';
import { checkCitations, checkLinks, readSources } from './references.ts';
import { checkHex } from './hex.ts';
import { checkConstants, checkFields, checkLimits, readNames } from './names.ts';
import { differences } from './regions.ts';
import {
  checkNumbering,
  findRequirements,
  findStrayWords,
  findWordsInData,
  sentenceHash,
} from './requirements.ts';
import type { Requirement } from './requirements.ts';
import { readSchema } from './schema.ts';
import { checkData, readRequirements, renderChapters } from './specification.ts';
import { checkCapitals, checkSynonyms, checkTerms, findTerms } from './terms.ts';

const root = join(import.meta.dirname, '..', '..');

function list(): void {
  const requirements = readRequirements(root).map((requirement) => {
    return { ...requirement, sha256: sentenceHash(requirement) };
  });
  process.stdout.write(`${JSON.stringify(requirements, null, 2)}\n`);
}

function retiredIds(): Set<string> {
  const records = recordsAt(readData(root, 'v1/retired.json'), 'retired');
  return new Set(records.map((record) => textAt(record, 'id')));
}

function renderingFaults(): Fault[] {
  return renderChapters(root).flatMap(({ path, changes, faults }) => [
    ...faults,
    ...changes.map((change) => {
      const shown = differences(change, 10).join('\n  ');
      return { path, line: change.line, message: `text and data differ\n  ${shown}` };
    }),
  ]);
}

/** Data and schema; the index and its schema hold the requirements themselves. */
const isData = /^proto\/|^spec\/(?:v1|draft)\/(?!requirements\.json|schema\/).*\.json$/;

/** What the words of the prose say, against the tables. */
function wordFaults(chapters: readonly Chapter[], requirements: readonly Requirement[]): Fault[] {
  const schema = readSchema(root);
  const names = readNames(root, schema, chapters);
  const terms = chapters
    .filter(({ path }) => path === 'spec/v1/02-conventions.md')
    .flatMap(findTerms);
  return [
    ...checkTerms(terms, chapters),
    ...checkSynonyms(chapters),
    ...checkCapitals(terms, chapters, new Set(schema.keys())),
    ...checkConstants(chapters, names),
    ...checkFields(chapters, names),
    ...checkLimits(requirements, recordsAt(readData(root, 'v1/limits.json'), 'limits')),
    ...chapters.flatMap(checkHex),
  ];
}

function findFaults(): { faults: Fault[]; summary: string } {
  const chapters = readChapters(root);
  const findings = chapters.map(findRequirements);
  const requirements = findings.flatMap((finding) => finding.requirements);
  const known = new Set(requirements.map(({ id }) => id));
  const retired = retiredIds();
  const sources = readSources(root);
  const areas = new Set(requirements.map(({ area }) => area)).size;
  return {
    faults: [
      ...findings.flatMap((finding) => finding.faults),
      ...chapters.flatMap(findStrayWords),
      ...findWordsInData(sources.filter(({ path }) => isData.test(path))),
      ...checkNumbering(requirements, retired),
      ...checkLinks(root, chapters),
      ...checkData(root, known),
      ...renderingFaults(),
      ...checkCitations(sources, known, retired),
      ...wordFaults(chapters, requirements),
    ],
    summary:
      `${requirements.length} requirements in ${areas} areas and ${chapters.length} files, ` +
      `cited from ${sources.length} files`,
  };
}

function check(prefixes: readonly string[]): void {
  const { faults, summary } = findFaults();
  const shown = faults.filter(
    ({ path }) => prefixes.length === 0 || prefixes.some((prefix) => path.startsWith(prefix)),
  );
  for (const { path, line, message } of shown) {
    console.error(`${path}${line > 0 ? `:${line}` : ''}: ${message}`);
  }
  console.log(`${summary}; ${shown.length} faults.`);
  process.exitCode = shown.length === 0 ? 0 : 1;
}

const args = process.argv.slice(2);
if (args.includes('--list')) list();
else check(args);
