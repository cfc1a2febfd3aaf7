// The resources that faults are tried on: of about 1 KB, told apart by their index and by how often
// they were edited. Nobody real is described.

const encoder = new TextEncoder();

/** Id of the resource with an index. */
export const idOf = (index: number): string => `p${index}`;

/** A resource after so many edits; `filler` octets of text make it as large as real ones. */
export function resourceOf(index: number, edits = 0, filler = 900): Uint8Array {
  const family = `Family ${index}`;
  // Not to be compressed to nothing: half of it differs in each resource.
  let noise = '';
  for (let at = index; noise.length < filler; at += 1) {
    noise += Math.imul(at + 1, 0x9e3779b1).toString(36);
  }
  return encoder.encode(
    JSON.stringify({
      resourceType: 'Patient',
      id: idOf(index),
      name: [{ family }],
      multipleBirthInteger: edits,
      text: { status: 'generated', div: noise },
    }),
  );
}

/** Resources `first` to `first + count - 1`. */
export function resources(count: number, first = 0, filler?: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => resourceOf(first + index, 0, filler));
}

/** How the members of a resource that count edits read. */
export function editsOf(resource: Uint8Array): number {
  const { multipleBirthInteger } = JSON.parse(new TextDecoder().decode(resource)) as {
    multipleBirthInteger: number;
  };
  return multipleBirthInteger;
}
