// All cases of a folder: data, flows and case files, checked, put together and in order. What is
// wrong is told in sentences; it plays nothing.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Entry, Role } from '../control/values.ts';
import type { CaseFileText, DataFileText, FlowFileText, FlowText } from './case-file.ts';
import type { Case, CaseFault, Script } from './case.ts';
import { caseOf } from './case-text.ts';
import { checkFile, type FileKind } from './case-schema.ts';
import { CaseTextError } from './case-text-error.ts';
import { DataSet } from './data-set.ts';
import { scriptOf } from './expansion.ts';
import { readYaml, type Path, type YamlFile } from './yaml-file.ts';

/** Everything that a folder of cases holds. */
export interface LoadedCases {
  /** By id; those that are whole, where others have faults. */
  readonly cases: readonly Case[];
  /** Each flow as a script, for plays without a case. */
  readonly flows: ReadonlyMap<string, Script>;
  /** Cells of a role's state table that no case can be about, with the reason. */
  readonly untestableCells: readonly UntestableCell[];
  readonly faults: readonly CaseFault[];
}

/** A cell without a case. */
export interface UntestableCell {
  readonly role: Role;
  /** `STATE/EVENT`. */
  readonly cell: string;
  readonly why: string;
}

/** The package's own folder, with `cases/`, `flows/` and `data/`. */
export const packageFolder = fileURLToPath(new URL('../../', import.meta.url));

interface Read<T> {
  readonly file: string;
  readonly yaml: YamlFile;
  readonly value: T;
}

/** Characters; what is longer in a case is made when it is played. */
const longest = 65_536;

class Loader {
  readonly faults: CaseFault[] = [];
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  read<T>(pattern: string, kind: FileKind): Read<T>[] {
    const files = globSync(pattern, { cwd: this.#folder }).sort();
    return files.flatMap((file) => {
      const text = readFileSync(join(this.#folder, file), 'utf8');
      const yaml = readYaml(text, kind === 'cases' ? longest : undefined);
      for (const { line, message } of yaml.errors) {
        this.faults.push({ file, line, field: '', message });
      }
      if (yaml.value === undefined) return [];
      const wrong = checkFile(kind, yaml.value);
      for (const { path, message } of wrong) {
        this.faults.push({ file, line: yaml.lineOf(path), ...placeOf(path, yaml.value), message });
      }
      // As the schema says.
      return wrong.length > 0 ? [] : [{ file, yaml, value: yaml.value as T }];
    });
  }

  /** Runs what may find a mistake of a writer; undefined where it did. */
  attempt<T>(from: Read<unknown>, about: string, path: Path, make: () => T): T | undefined {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof CaseTextError)) throw error;
      const inside = error.field.split('.');
      const line = from.yaml.lineOf([...path, ...inside]);
      this.faults.push({
        file: from.file,
        line,
        about,
        field: error.field,
        message: error.message,
      });
      return undefined;
    }
  }
}

/** The case or the name that a path is inside of, and the rest of the path. */
function placeOf(path: Path, value: unknown): { about?: string; field: string } {
  const [list, item, ...rest] = path;
  const written = (parts: Path): string => parts.join('.');
  if (list === undefined || item === undefined) return { field: written(path) };
  if (typeof item === 'string') return { about: item, field: written(rest) };
  const { cases } = value as { readonly cases?: readonly { readonly id?: unknown }[] };
  const id = cases?.[item]?.id;
  return { about: typeof id === 'string' ? id : `case ${item + 1}`, field: written(rest) };
}

function loadData(loader: Loader): DataSet {
  const data = new DataSet();
  const files = loader.read<DataFileText>('data/*.yaml', 'data');
  for (const { file, yaml, value } of files) {
    const twice = (list: string, name: string): void => {
      const message = 'another file has this name already; choose another';
      loader.faults.push({
        file,
        line: yaml.lineOf([list, name]),
        about: name,
        field: '',
        message,
      });
    };
    for (const [name, entry] of Object.entries(value.entries ?? {})) {
      if (!data.addEntry(name, entry)) twice('entries', name);
    }
    for (const [name, store] of Object.entries(value.stores ?? {})) {
      if (!data.addStore(name, store)) twice('stores', name);
    }
  }
  for (const file of files) {
    for (const name of Object.keys(file.value.stores ?? {})) {
      loader.attempt(file, name, ['stores', name], () => data.store(name));
    }
  }
  return data;
}

interface Flows {
  readonly texts: ReadonlyMap<string, FlowText>;
  readonly scripts: ReadonlyMap<string, Script>;
}

function loadFlows(loader: Loader, data: DataSet): Flows {
  const texts = new Map<string, FlowText>();
  const scripts = new Map<string, Script>();
  for (const file of loader.read<FlowFileText>('flows/*.yaml', 'flows')) {
    for (const [name, flow] of Object.entries(file.value.flows)) {
      const path = ['flows', name];
      loader.attempt(file, name, path, () => {
        if (texts.has(name)) {
          throw new CaseTextError('', 'another flow has this name already; choose another');
        }
        scripts.set(name, scriptOf(name, flow, {}, data));
        texts.set(name, flow);
      });
    }
  }
  return { texts, scripts };
}

/**
 * Reads every case below a folder.
 *
 * @param folder - With `cases/{receiver,sender}/*.yaml`, `flows/*.yaml` and `data/*.yaml`; default:
 *   those of the package.
 */
export function loadCases(folder = packageFolder): LoadedCases {
  const loader = new Loader(folder);
  const data = loadData(loader);
  const flows = loadFlows(loader, data);
  const cases = new Map<string, Case>();
  const files = loader.read<CaseFileText>('cases/*/*.yaml', 'cases');
  for (const file of files) {
    const { family, role, draft } = file.value;
    file.value.cases.forEach((text, index) => {
      loader.attempt(file, text.id, ['cases', index], () => {
        if (cases.has(text.id)) {
          throw new CaseTextError('id', 'another case has this id already; ids are permanent');
        }
        cases.set(text.id, caseOf(text, { family, role, draft, flows: flows.texts, data }));
      });
    });
  }
  const untestableCells = files.flatMap(({ value: { role, untestable = [] } }) =>
    untestable.flatMap(({ why, cells }) => cells.map((cell) => ({ role, cell, why }))),
  );
  const inOrder = [...cases.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { cases: inOrder, flows: flows.scripts, untestableCells, faults: loader.faults };
}

/**
 * The entries of the data files that are whole, in the order of the files.
 *
 * @param folder - With `data/*.yaml`; default: that of the package.
 */
export function loadEntries(folder = packageFolder): readonly Entry[] {
  const files = new Loader(folder).read<DataFileText>('data/*.yaml', 'data');
  return files.flatMap(({ value }) => Object.values(value.entries ?? {}));
}

/** A fault as one line for a terminal. */
export function faultLine({ file, line, about, field, message }: CaseFault): string {
  const place = [line === undefined ? file : `${file}:${line}`, about, field].filter(
    (part) => part !== undefined && part !== '',
  );
  return `${place.join(': ')}: ${message}`;
}
