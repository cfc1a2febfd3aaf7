// What the URL of a store says, and what of it is shown.
import { describe, expect, it } from 'vitest';
import { isPostgresUrl, readTarget } from './postgres-target.ts';

describe('the URL of a store in PostgreSQL', () => {
  it('is told from a path', () => {
    for (const url of ['postgres://h/d', 'postgresql:///d?host=/run', 'POSTGRES://h/d']) {
      expect(isPostgresUrl(url)).toBe(true);
    }
    for (const path of ['postgres', 'a/postgres:b', './postgres://h/d', 'C:\\postgres.db', '']) {
      expect(isPostgresUrl(path)).toBe(false);
    }
  });

  it('names a schema, or takes its own', () => {
    expect(readTarget('postgres://h/d').schema).toBe('peersync');
    expect(readTarget('postgres://h/d?sslmode=require&schema=north_2').schema).toBe('north_2');
  });

  it('is shown without user, password and options', () => {
    const shown = (url: string): string => readTarget(url).shown;
    expect(shown('postgres://ann:s3cret@db.example:5433/hub?application_name=x')).toBe(
      'postgres://db.example:5433/hub?schema=peersync',
    );
    expect(shown('postgres:///hub?host=/run/postgresql&user=ann&password=s3cret&schema=a')).toBe(
      'postgres:///hub?host=/run/postgresql&schema=a',
    );
    for (const password of ['a%40b', 'a@b', 's3cret@x:1', '%2F%3F%23']) {
      expect(shown(`postgres://ann:${password}@h/d`)).toBe('postgres://h/d?schema=peersync');
    }
  });

  it('is refused where it is none, in words that do not hold it', () => {
    const bad = [
      'postgres://ann:s3cret@h:port/d',
      'postgres://ann:s3cret@/d',
      'postgres://ann:s3cret@h/d?schema=A',
      'postgres://ann:s3cret@h/d?schema=a"b',
      'postgres://ann:s3cret@h/d?schema=pg_own',
      'postgres://ann:s3cret@h/d?schema=',
    ];
    for (const url of bad) {
      expect(() => readTarget(url)).toThrow(/URL/);
      expect(() => readTarget(url)).not.toThrow(/s3cret|ann/);
    }
  });
});
