// SQL that makes a file of an earlier form of a present one, for the tests of what becomes of it.

/** To version 3: the columns of checksums without the checksums. */
export const toVersion3 = `
UPDATE store SET checksum = NULL;
UPDATE resource SET checksum = NULL, base_checksum = NULL;
UPDATE cursor SET checksum = NULL;
UPDATE archive SET checksum = NULL;
PRAGMA user_version = 3;
`;

/** To version 2: no checksums. */
export const toVersion2 = `
ALTER TABLE store DROP COLUMN checksum;
ALTER TABLE resource DROP COLUMN checksum;
ALTER TABLE resource DROP COLUMN base_checksum;
ALTER TABLE cursor DROP COLUMN checksum;
ALTER TABLE archive DROP COLUMN checksum;
PRAGMA user_version = 2;
`;

/** To version 1: nothing says which file it is. */
export const toVersion1 = `${toVersion2}
DROP TABLE file;
DROP INDEX archive_name;
PRAGMA user_version = 1;
`;
