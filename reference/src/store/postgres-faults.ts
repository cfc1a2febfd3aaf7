// What each fault of PostgreSQL means for the user of a store. Knows codes; no statement and no
// table.
import { PostgresFault } from './postgres-channel.ts';
import { StoreError, type StoreFault } from './store-error.ts';

interface Meaning {
  readonly fault: StoreFault;
  /** What is wrong at the place, as a sentence goes on after its name. */
  readonly text: string;
  readonly advice: string;
}

const repeat = 'Repeat the command; where it comes again, look into the log of PostgreSQL.';
const reachable = 'Check the host and the port, and that PostgreSQL runs and may be reached.';
const rights: Meaning = {
  fault: 'read-only',
  text: 'refuses what the store needs',
  advice: 'Let the owner of the database give the role its rights, or its schema: see hub.md.',
};
const password: Meaning = {
  fault: 'failed',
  text: 'does not let this user in',
  advice: 'Check user, password and pg_hba.conf; PGPASSWORD or ~/.pgpass can hold the password.',
};
const missing: Meaning = {
  fault: 'missing',
  text: 'has no store',
  advice: 'Create it with `peersync init --store URL`, or check the URL and its schema.',
};
const busy: Meaning = {
  fault: 'failed',
  text: 'could not do it now',
  advice: repeat,
};
const damaged: Meaning = {
  fault: 'damaged',
  text: 'is damaged',
  advice: 'Restore the database from a backup, then let the store renew its replica id.',
};
const readOnly: Meaning = {
  fault: 'read-only',
  text: 'may only be read; it is a replica, or set to be read only',
  advice: 'Name the primary server in the URL.',
};

/** Lost, not to be had, or ended by the server. */
const lost: Meaning = {
  fault: 'failed',
  text: 'is not connected any more; what was under way is not acknowledged',
  advice: `${reachable} Nothing that was acknowledged is lost.`,
};

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const bySqlState: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['28P01', password],
  ['28000', password],
  ['3D000', { ...missing, text: 'does not exist', advice: 'Create the database: see hub.md.' }],
  ['3F000', missing],
  ['42P01', missing],
  ['42501', rights],
  ['25006', readOnly],
  [
    '55P03',
    {
      fault: 'locked',
      text: 'is being written by another process',
      advice:
        'One hub, or one other command that writes, has a store at a time: end the other one, or ' +
        'give this one a schema of its own (?schema=NAME).',
    },
  ],
  [
    '53100',
    {
      fault: 'full',
      text: 'has no space left to write',
      advice: "Free some space on the server's disk, then repeat the command.",
    },
  ],
  ['53300', { ...busy, text: 'takes no further connection' }],
  ['57P03', { ...busy, text: 'is starting or stopping' }],
  ['40001', busy],
  ['40P01', busy],
  ['XX001', damaged],
  ['XX002', damaged],
]);

function meaningOf({ code, message, lost: isLost }: PostgresFault, isConnecting: boolean): Meaning {
  const known = bySqlState.get(code);
  if (known !== undefined) return known;
  // The client's own words where a server asks for a password and there is none.
  if (message.includes('client password must be')) return password;
  if (isConnecting) return { fault: 'failed', text: 'cannot be reached', advice: reachable };
  if (isLost) return lost;
  return { fault: 'failed', text: 'failed', advice: repeat };
}

/**
 * A fault in words; everything else is passed through.
 *
 * @param shown - The store's name, without what is secret.
 * @param isConnecting - True: there never was a connection.
 */
export function storeErrorOf(shown: string, error: unknown, isConnecting = false): unknown {
  if (!(error instanceof PostgresFault)) return error;
  const { fault, text, advice } = meaningOf(error, isConnecting);
  const message = `${shown} ${text} (${error.message})`;
  return new StoreError(fault, message, { cause: error, advice });
}

/** True where an engine does not have a function, or keeps it from this role. */
export function isLacking(error: unknown): boolean {
  const codes = ['42883', '0A000', '42501', '55000', '42704'];
  return error instanceof PostgresFault && codes.includes(error.code);
}
