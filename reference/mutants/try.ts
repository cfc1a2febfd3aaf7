#!/usr/bin/env node
// `node reference/mutants/try.ts NAME…`: for whoever writes mutants. Says of each whether its cases
// find it; of one that cites none (or with --suite), which cases of the suite fail under it.
import { parseArgs } from 'node:util';
import { faultLine, loadCases } from '../../conformance/src/cases/load.ts';
import type { Case } from '../../conformance/src/cases/case.ts';
import { matchesPattern } from '../../conformance/src/report/known-failing.ts';
import type { Mutant, MutantResult } from '../../conformance/src/mutants/mutant.ts';
import { foundIn } from '../../conformance/src/mutants/kill.ts';
import { loadMutants } from '../../conformance/src/mutants/mutant-file.ts';
import { runMutants } from '../../conformance/src/mutants/mutant-run.ts';
import { runSuite } from '../../conformance/src/run/suite.ts';
import { mutated, rowNamed, sourcePath } from './mutant-row.ts';
import { readFileSync } from 'node:fs';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

function showTrials({ mutant, isKilled, trials, why }: MutantResult): void {
  print(`${isKilled ? 'killed  ' : 'SURVIVED'}  ${mutant.name} (${mutant.breaks})`);
  if (why !== undefined) print(`  ${why}`);
  for (const { citation, verdict = 'not played', miss, found } of trials) {
    print(`  ${citation.case.id} ${citation.delivery}: ${verdict}${miss ? `; ${miss}` : ''}`);
    for (const line of found) print(`    ${line}`);
  }
}

/** Cases that fail under a mutant; first those that name its sentence. */
async function showSuite(mutant: Mutant, cases: readonly Case[], jobs: number): Promise<void> {
  const suite = await runSuite({
    cases,
    testee: { kind: 'command', command: mutant.command },
    seed: 'mutant',
    profile: 'core',
    jobs,
    patienceMs: 1_000,
    deadlineMs: 4_000,
  });
  if (suite.unusable !== undefined) {
    print(`  it cannot be used: ${suite.unusable}`);
    return;
  }
  const failing = suite.results.filter(({ verdict }) => /fail|warn|hang|kit-error/.test(verdict));
  const blocked = suite.results.filter(({ verdict }) => verdict === 'blocked').length;
  print(`  ${failing.length} of ${suite.results.length} cases fail, ${blocked} are blocked`);
  const proves = ({ case: one }: (typeof failing)[number]): number =>
    Number(one.requirements[0] === mutant.breaks);
  for (const result of failing.sort((a, b) => proves(b) - proves(a)).slice(0, 12)) {
    const { id, requirements, title } = result.case;
    print(`  ${id} [${requirements.join(' ')}] ${result.verdict}: ${title}`);
    for (const line of foundIn(result).slice(0, 3)) print(`    ${line}`);
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      suite: { type: 'boolean', default: false },
      only: { type: 'string', default: '*' },
      jobs: { type: 'string', default: '2' },
    },
    allowPositionals: true,
  });
  if (positionals.length === 0) {
    print('usage: try.ts [--suite] [--only PATTERN of case ids] [--jobs N] NAME…');
    return 2;
  }
  const { cases } = loadCases();
  const { mutants, faults } = loadMutants(import.meta.dirname, cases);
  for (const fault of faults) print(faultLine(fault));
  const wanted = positionals.flatMap((pattern) => {
    const found = mutants.filter(({ name, file }) =>
      [name, file].some((text) => matchesPattern(pattern, text)),
    );
    if (found.length === 0) print(`no mutant matches ${pattern}`);
    return found;
  });
  for (const { name } of wanted) {
    const row = rowNamed(name);
    mutated(row, readFileSync(sourcePath(row), 'utf8'));
  }
  const jobs = Number(values.jobs);
  const cited = values.suite ? [] : wanted.filter(({ kills }) => kills.length > 0);
  const results = await runMutants(cited, { seed: 'mutant', jobs });
  results.forEach(showTrials);
  const chosen = cases.filter(({ id }) => matchesPattern(values.only, id));
  for (const mutant of wanted.filter((one) => !cited.includes(one))) {
    print(`${mutant.name} (${mutant.breaks}), against the suite:`);
    await showSuite(mutant, chosen, jobs);
  }
  return results.every(({ isKilled }) => isKilled) ? 0 : 1;
}

process.exitCode = await main();
