// The text of a search value: alternatives, parts and escapes (FHIR R4, search, "Escaping Search
// Parameters"). Knows no kind of parameter.

/** One alternative of a value: its parts between unescaped `|`, unescaped, at least one. */
export type ValueParts = readonly string[];

/**
 * The alternatives of a value. Undefined for what is malformed: an empty alternative, a backslash
 * before anything but `,` `|` `$` `\`, and an unescaped `$`, which only composites have.
 */
export function readValue(value: string): readonly ValueParts[] | undefined {
  const alternatives: string[][] = [['']];
  let escaped = false;
  for (const character of value) {
    const parts = alternatives.at(-1) ?? [];
    if (escaped) {
      if (!',|$\\'.includes(character)) return undefined;
      parts.push(`${parts.pop() ?? ''}${character}`);
      escaped = false;
    } else if (character === '\\') escaped = true;
    else if (character === ',') alternatives.push(['']);
    else if (character === '|') parts.push('');
    else if (character === '$') return undefined;
    else parts.push(`${parts.pop() ?? ''}${character}`);
  }
  const isEmpty = alternatives.some((parts) => parts.every((part) => part === ''));
  return escaped || isEmpty ? undefined : alternatives;
}
