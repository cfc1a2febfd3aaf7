// Which Node.js runs the kit. It imports nothing: an old one has to be able to read it.

/** Major and minor, as in `engines` of package.json. */
const oldest = [22, 18] as const;

/** What to tell the user of a Node.js that is too old; undefined for one that will do. */
export function oldNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [majorMin, minorMin] = oldest;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return undefined;
  return (
    `error: The kit needs Node.js ${majorMin}.${minorMin} or later, this is ${version}.\n` +
    'Install a newer one, or put one beside the kit: npm install node@24\n'
  );
}
