// What is mutated, and which tests have to notice. Runs nothing.

/** One part of the reference. */
export interface MutatedModule {
  readonly name: string;
  /** Patterns from the root of the repository; `!` leaves out. */
  readonly files: readonly string[];
  /** Patterns of the tests that each mutant meets. */
  readonly tests: readonly string[];
  /** Whether changes to what is made when a file is loaded are left out; they are counted. */
  readonly leavesStatic?: true;
}

function folder(name: string): MutatedModule {
  const path = `reference/src/${name}`;
  return {
    name,
    // Generated code and what tests are made of lie one folder deeper.
    files: [`${path}/*.ts`, `!${path}/*.test.ts`],
    tests: [`${path}/**/*.test.ts`],
  };
}

const sync = 'reference/src/sync';

/** The pure parts: the others are tested by the simulation and by the conformance kit. */
export const modules: readonly MutatedModule[] = [
  folder('machine'),
  {
    name: 'classification',
    files: ['classification', 'classification-rebase', 'change-set', 'decide'].map(
      (name) => `${sync}/${name}.ts`,
    ),
    // Without classification-containment: it walks ten seconds for each mutant. What it alone would
    // find counts as not found.
    tests: [
      'classification',
      'classification-rebase',
      'change-set',
      'decide',
      'vectors',
      'created-again',
      'conflict-*',
    ].map((name) => `${sync}/${name}.test.ts`),
  },
  folder('security'),
  // A change to a table that is made when a file is loaded needs all tests in a new process, ten
  // seconds each, hours in all; tests hold these tables to the data of the specification.
  { ...folder('wire'), leavesStatic: true },
];
