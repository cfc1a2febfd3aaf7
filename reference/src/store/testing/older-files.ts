// Makes a file of an earlier form of a present one that nobody has open, for the tests of what
// becomes of it.
import { DatabaseSync } from 'node:sqlite';
import { payloadOfOctets } from '../payload-octets.ts';
import { baseChecksum } from '../sqlite-checksum.ts';
import { InternedValues } from '../sqlite-interned.ts';
import { changeChecksum, entryChecksum, noChecksum } from '../sqlite-older-checksum.ts';
import { encodeChangeRest, encodePayloadRest } from '../payload-rest.ts';
import { prepareCommon } from '../sqlite-statements.ts';
import type { SyncPayload } from '../../wire/messages.ts';

const tablesOfVersion4 = `
DROP TABLE name;
DROP TABLE settled_name;
DROP INDEX resource_sequence;
ALTER TABLE resource RENAME TO present;

CREATE TABLE resource (
  key INTEGER PRIMARY KEY,
  type INTEGER NOT NULL REFERENCES resource_type,
  id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  origin INTEGER REFERENCES replica,
  changes INTEGER NOT NULL,
  base_version TEXT,
  base_updated TEXT,
  rest BLOB,
  base_resource BLOB,
  resource BLOB NOT NULL,
  checksum INTEGER,
  base_checksum INTEGER
) STRICT;
CREATE UNIQUE INDEX resource_identity ON resource (id, type);
CREATE INDEX resource_sequence ON resource (sequence, type, origin, changes);

CREATE TABLE change (
  key INTEGER PRIMARY KEY,
  replica INTEGER NOT NULL REFERENCES replica,
  counter INTEGER NOT NULL,
  type INTEGER NOT NULL,
  base_version TEXT NOT NULL,
  recorded_at TEXT NOT NULL,
  rest BLOB,
  payload BLOB NOT NULL
) STRICT;
`;

const twoIndexesOfNames = `
DROP TABLE settled_name;
CREATE TABLE recent_name (
  id TEXT NOT NULL,
  type INTEGER NOT NULL,
  key INTEGER NOT NULL,
  PRIMARY KEY (id, type)
) STRICT, WITHOUT ROWID;
DELETE FROM name;
INSERT INTO name SELECT id, type, key FROM resource WHERE key % 3 <> 1;
INSERT INTO recent_name SELECT id, type, key FROM resource WHERE key % 3 = 1;
`;

const toVersion3 = `
UPDATE store SET checksum = NULL;
UPDATE resource SET checksum = NULL, base_checksum = NULL;
UPDATE cursor SET checksum = NULL;
UPDATE archive SET checksum = NULL;
`;

const toVersion2 = `
ALTER TABLE store DROP COLUMN checksum;
ALTER TABLE resource DROP COLUMN checksum;
ALTER TABLE resource DROP COLUMN base_checksum;
ALTER TABLE cursor DROP COLUMN checksum;
ALTER TABLE archive DROP COLUMN checksum;
`;

const toVersion1 = `
DROP TABLE file;
DROP INDEX archive_name;
`;

/** Steps back, each from the version above it. */
const stepsBack = new Map([
  [3, toVersion3],
  [2, toVersion2],
  [1, toVersion1],
]);

/** Makes a file of version 6, of version 4 or of an earlier one. */
export function makeOlder(path: string, version: number): void {
  const db = new DatabaseSync(path);
  try {
    db.exec('PRAGMA foreign_keys = OFF; BEGIN');
    if (version === 6) db.exec(twoIndexesOfNames);
    else writeOlderRows(db);
    for (let step = 3; step >= version; step -= 1) db.exec(stepsBack.get(step) ?? '');
    db.exec(`PRAGMA user_version = ${version}; COMMIT`);
  } finally {
    db.close();
  }
}

/** Makes a file of version 5, of which a part is copied, one that a program of version 6 began. */
export function makeTwoIndexes(path: string): void {
  const db = new DatabaseSync(path);
  db.exec(`BEGIN; ${twoIndexesOfNames} COMMIT`);
  db.close();
}

function writeOlderRows(db: DatabaseSync): void {
  db.exec(tablesOfVersion4);
  const interned = new InternedValues(prepareCommon(db));
  const putEntry = db.prepare(
    'INSERT INTO resource VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const present = db.prepare('SELECT * FROM present ORDER BY key').all();
  for (const { key, type, id, sequence, origin, payload: octets, base_resource } of present) {
    const payload = payloadOfOctets(octets as Uint8Array);
    const { base, changes, resource } = payload;
    const ofChanges = putChanges(db, interned, Number(key), payload);
    const rest = encodePayloadRest(payload);
    const [version, updated] = [base?.versionId ?? null, base?.lastUpdated ?? null];
    const labels = [type, id, sequence, origin, changes.length, version, updated] as [
      ...[number, string, number, number | null, number, string | null, string | null],
    ];
    const sum = entryChecksum(ofChanges, ...labels, rest, resource);
    const under = base_resource as Uint8Array | null;
    const sums = [sum, baseChecksum(sum, under)];
    putEntry.run(Number(key), ...labels, rest, under, resource, ...sums);
  }
  db.exec('DROP TABLE present');
}

/** Gives their checksum. */
function putChanges(
  db: DatabaseSync,
  interned: InternedValues,
  key: number,
  { changes }: SyncPayload,
): number {
  const put = db.prepare('INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  let sum = noChecksum;
  for (const [position, change] of changes.entries()) {
    const { id, type, baseVersionId, recordedAt, payload } = change;
    if (id === undefined) throw new Error('a change without an id was stored');
    const { counter } = id;
    const replica = interned.replicaKeyForWriting(id.replicaId);
    const rest = encodeChangeRest(change);
    const labels = [type, baseVersionId, recordedAt] as const;
    sum = changeChecksum(sum, replica, counter, ...labels, rest, payload);
    const stored = BigInt.asIntN(64, counter);
    put.run(key * 2 ** 20 + position, replica, stored, ...labels, rest, payload);
  }
  return sum;
}
