// Which members of a resource changes touch, by their pointers. Knows no content: a value that was
// changed and changed back was touched.
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parsePointer } from '../fhir/json-pointer.ts';
import { checkPatch, type UpdateOperation } from '../fhir/patch-rules.ts';
import { ChangeType, type LocalChange } from '../wire/messages.ts';

/**
 * Names of the members of the resource that operations of the changes touch. A `test` only looks.
 * A creation and a deletion touch none: nothing is merged across them.
 */
export function touchedMembers(changes: readonly LocalChange[]): ReadonlySet<string> {
  return new Set(touching(changes).map(({ member }) => member));
}

/** The operations of the changes that touch one of these members, in their order. */
export function operationsOn(
  members: ReadonlySet<string>,
  changes: readonly LocalChange[],
): readonly UpdateOperation[] {
  return touching(changes).flatMap(({ member, operation }) =>
    members.has(member) ? [operation] : [],
  );
}

interface Touching {
  readonly member: string;
  readonly operation: UpdateOperation;
}

function touching(changes: readonly LocalChange[]): readonly Touching[] {
  return changes.flatMap(({ type, payload }) => {
    const operations = type === ChangeType.UPDATE ? checkPatch(payload) : [];
    // What is no patch was refused before it came here.
    if (isEntryFault(operations)) return [];
    return operations.flatMap((operation) => {
      const [member] = parsePointer(operation.path) ?? [];
      return operation.op === 'test' || member === undefined ? [] : [{ member, operation }];
    });
  });
}
