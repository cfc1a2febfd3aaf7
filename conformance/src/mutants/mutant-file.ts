// Reads files of mutants and finds what they cite. What is wrong in them is told in sentences; it
// starts nothing.
import { createHash } from 'node:crypto';
import { readFileSync, statSync, globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { checkFile } from '../cases/case-schema.ts';
import type { Case, CaseFault } from '../cases/case.ts';
import { requirementOf } from '../cases/requirements.ts';
import { readYaml } from '../cases/yaml-file.ts';
import type { TesteeCommand } from '../control/child-channel.ts';
import type { Delivery } from '../peer/delivery.ts';
import type { Citation, Mutant } from './mutant.ts';

interface KillText {
  readonly case: string;
  readonly delivery?: Delivery;
  readonly says?: string;
}

interface MutantText {
  readonly name: string;
  readonly breaks: string;
  readonly arguments?: readonly string[];
  readonly kills: readonly KillText[];
}

interface MutantFileText {
  readonly command: readonly string[];
  readonly baseline: readonly string[];
  readonly mutants: readonly MutantText[];
}

/** Mutants that are whole, and what is wrong with the others. */
export interface LoadedMutants {
  /** By name. */
  readonly mutants: readonly Mutant[];
  readonly faults: readonly CaseFault[];
}

function commandOf(path: string, words: readonly string[], mutant: MutantText): TesteeCommand {
  const { name, arguments: more = [] } = mutant;
  const argv = [...words, ...more].map((word) =>
    word === '$NODE' ? process.execPath : word.replaceAll('$NAME', name),
  );
  return { argv, cwd: dirname(path) };
}

class Reader {
  readonly mutants = new Map<string, Mutant>();
  readonly faults: CaseFault[] = [];
  readonly #cases: ReadonlyMap<string, Case>;

  constructor(cases: readonly Case[]) {
    this.#cases = new Map(cases.map((one) => [one.id, one]));
  }

  read(path: string): void {
    const yaml = readYaml(readFileSync(path, 'utf8'));
    const file = basename(path);
    for (const { line, message } of yaml.errors) {
      this.faults.push({ file, line, field: '', message });
    }
    if (yaml.value === undefined) return;
    const wrong = checkFile('mutants', yaml.value);
    for (const { path: place, message } of wrong) {
      const line = yaml.lineOf(place);
      this.faults.push({ file, line, field: place.join('.'), message });
    }
    if (wrong.length > 0) return;
    // As the schema says.
    const text = yaml.value as MutantFileText;
    text.mutants.forEach((mutant, index) => {
      const line = yaml.lineOf(['mutants', index]);
      const fault = (field: string, message: string): void => {
        this.faults.push({ file, line, about: mutant.name, field, message });
      };
      if (this.mutants.has(mutant.name)) fault('name', 'another mutant has it; choose another');
      if (requirementOf(mutant.breaks) === undefined) fault('breaks', 'there is no such sentence');
      const kills = mutant.kills.flatMap((kill) => this.#citation(mutant, kill, fault));
      this.mutants.set(mutant.name, {
        name: mutant.name,
        breaks: mutant.breaks,
        command: commandOf(path, text.command, mutant),
        baseline: commandOf(path, text.baseline, mutant),
        kills,
        file,
        digest: createHash('sha256').update(JSON.stringify(mutant)).digest('hex').slice(0, 16),
      });
    });
  }

  #citation(
    { breaks }: MutantText,
    { case: id, delivery, says }: KillText,
    fault: (field: string, message: string) => void,
  ): Citation[] {
    const found = this.#cases.get(id);
    if (found === undefined || found.untestable !== undefined) {
      fault('kills', `there is no case ${id} that can be played`);
      return [];
    }
    const [first = 'whole'] = found.deliveries;
    if (!found.deliveries.includes(delivery ?? first)) {
      fault('kills', `${id} is not played in the delivery ${delivery}`);
      return [];
    }
    const actor = requirementOf(breaks)?.actor;
    if ((actor === 'sender' || actor === 'receiver') && actor !== found.role) {
      fault('kills', `${id} tests a ${found.role}, ${breaks} binds a ${actor}`);
      return [];
    }
    return [{ case: found, delivery: delivery ?? first, ...(says === undefined ? {} : { says }) }];
  }
}

/**
 * Reads a file of mutants, or every `*.yaml` of a folder.
 *
 * @throws the system's error where there is no such file or folder.
 */
export function loadMutants(path: string, cases: readonly Case[]): LoadedMutants {
  const isFolder = statSync(path).isDirectory();
  const files = isFolder ? globSync('*.yaml', { cwd: path }).sort() : [];
  const reader = new Reader(cases);
  for (const file of isFolder ? files.map((name) => join(path, name)) : [path]) reader.read(file);
  const mutants = [...reader.mutants.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { mutants, faults: reader.faults };
}
