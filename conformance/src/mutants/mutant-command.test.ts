// `selftest --mutants` at work: real processes, one faulty, one not, one that dies.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { program, testFolder } from '../cli/testing/program-run.ts';

const reference = join(import.meta.dirname, '..', '..', '..', 'reference');
const good = join(reference, 'src', 'testee', 'main.ts');
const crash = join(import.meta.dirname, '..', 'canaries', 'crash.ts');
const row = '{ name: NAME, breaks: PSP-FRAME-3, kills: [{ case: RCV-0105 }] }';

/** A file in which every testee is started by the same words. */
function fileWith(command: readonly string[], ...rows: string[]): string {
  const words = (list: readonly string[]): string => JSON.stringify(['$NODE', ...list]);
  const text = [`command: ${words(command)}`, `baseline: ${words([good])}`, 'mutants:'];
  const path = join(testFolder(), 'mutants.yaml');
  writeFileSync(path, `${[...text, ...rows.map((line) => `  - ${line}`)].join('\n')}\n`);
  return path;
}

const play = (path: string, ...more: string[]): ReturnType<typeof program> =>
  program(['selftest', '--mutants', path, '--jobs', '2', ...more]);

describe('selftest --mutants', () => {
  it('counts a mutant that its case finds, and records it without times', async () => {
    const faulty = [join(reference, 'mutants', 'main.ts'), '--mutant', '$NAME'];
    const path = fileWith(faulty, row.replace('NAME', 'frame-limit-looked-at-late'));
    const record = join(testFolder(), 'record.json');
    const { status, stdout } = await play(path, '--record', record);
    expect(stdout).toMatch(/^mutants: 1\/1 killed, 1\/\d+ wire-observable MUSTs proven/);
    expect(status).toBe(0);
    expect(JSON.parse(readFileSync(record, 'utf8'))).toEqual({
      format: 'peersync-mutants/1',
      mutants: [
        {
          name: 'frame-limit-looked-at-late',
          breaks: 'PSP-FRAME-3',
          killed: true,
          cases: ['RCV-0105'],
          row: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        },
      ],
    });
  });

  it('plays again what has changed since a record, and keeps the rest of it', async () => {
    const faulty = [join(reference, 'mutants', 'main.ts'), '--mutant', '$NAME'];
    const one = row.replace('NAME', 'frame-limit-looked-at-late');
    const record = join(testFolder(), 'record.json');
    const play2 = (...rows: string[]): ReturnType<typeof program> =>
      play(fileWith(faulty, ...rows), '--record', record, '--changed');
    const names = (): string[] =>
      (JSON.parse(readFileSync(record, 'utf8')) as { mutants: { name: string }[] }).mutants.map(
        ({ name }) => name,
      );
    expect((await play2(one)).stdout).toMatch(/^mutants: 1\/1 killed/);
    expect((await play2(one)).stdout).toMatch(/^Nothing to play/);
    const two = row.replace('NAME', 'frame-limit-of-the-peer');
    await play2(one, two);
    expect(names()).toEqual(['frame-limit-looked-at-late', 'frame-limit-of-the-peer']);
    writeFileSync(record, '{');
    const broken = await play2(one);
    expect([broken.status, broken.stderr]).toEqual([2, expect.stringContaining('no record')]);
  });

  it('names a survivor, its sentence and what happened instead', async () => {
    const { status, stdout } = await play(fileWith([good], row.replace('NAME', 'innocent')));
    expect(stdout).toContain('SURVIVED  innocent (mutants.yaml)');
    expect(stdout).toContain('leaves unproven PSP-FRAME-3 (MUST): ');
    expect(stdout).toContain('RCV-0105: it passes: nothing was found wrong');
    expect(stdout).toContain('mutants: 0/1 killed, 0/');
    expect(status).toBe(1);
  });

  it('takes no crash for a finding', async () => {
    const { status, stdout } = await play(fileWith([crash], row.replace('NAME', 'dies')));
    expect(stdout).toContain('SURVIVED  dies');
    expect(status).toBe(1);
  });

  it('says what is wrong in a file before it starts anything', async () => {
    const unknown = ['PSP', 'NO', '1'].join('-');
    const { status, stderr } = await play(
      fileWith(
        ['nowhere.ts'],
        '{ name: twice, breaks: PSP-FRAME-3, kills: [{ case: RCV-9999 }] }',
        `{ name: twice, breaks: ${unknown}, kills: [{ case: RCV-0105, delivery: whole }] }`,
        '{ name: other-role, breaks: PSP-ACK-1, kills: [{ case: SND-0351 }] }',
      ),
    );
    expect(stderr).toContain('twice: kills: there is no case RCV-9999');
    expect(stderr).toContain('twice: name: another mutant has it');
    expect(stderr).toContain('twice: breaks: there is no such sentence');
    expect(stderr).toContain('other-role: kills: SND-0351 tests a sender, PSP-ACK-1 binds a');
    expect(status).toBe(2);
  });

  it('wants a record where only what has changed is to be played', async () => {
    const path = fileWith([good], row.replace('NAME', 'innocent'));
    const { status, stderr } = await play(path, '--changed');
    expect(stderr).toContain('name it with --record FILE');
    expect(status).toBe(2);
  });
});
