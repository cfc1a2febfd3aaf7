// `list`: the cases of the kit, as a table or as JSON.
import { chosenCases, type CaseOptions } from './case-choice.ts';
import type { Screen } from './screen.ts';

/** Options of `list`. */
export interface ListOptions extends CaseOptions {
  readonly json?: boolean;
}

/** Prints the cases that are chosen. */
export function list(screen: Screen, options: ListOptions): void {
  const cases = chosenCases(options);
  if (options.json === true) {
    const rows = cases.map((one) => {
      const { id, title, family, role, level, requirements, needs, deliveries, untestable } = one;
      return { id, title, family, role, level, requirements, needs, deliveries, untestable };
    });
    screen.print(JSON.stringify(rows, undefined, 2));
    return;
  }
  const wide = Math.max(...cases.map(({ family }) => family.length));
  for (const { id, family, requirements, title, level, untestable } of cases) {
    const proves = (requirements[0] ?? '').padEnd(14);
    const marks = [
      level === 'SHOULD' ? 'SHOULD' : '',
      untestable === undefined ? '' : 'untestable',
    ];
    const suffix = marks.filter((mark) => mark !== '').map((mark) => ` (${mark})`);
    screen.print(`${id}  ${family.padEnd(wide)}  ${proves}  ${title}${suffix.join('')}`);
  }
  screen.print(screen.mark('dim', `${cases.length} cases`));
}
