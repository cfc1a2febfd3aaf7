import { describe, expect, it } from 'vitest';
import { startTestee } from '../control/start-testee.ts';
import { program, referenceTestee, smallTestee } from './testing/program-run.ts';

const doctor = (fault: string): ReturnType<typeof program> =>
  program(['doctor', '--', ...smallTestee({ FAULT: fault })]);

describe('doctor', () => {
  it.each([
    ['crash', 'it starts and says hello', /exit code 7 before it answered hello[^]*boom: no datab/],
    ['no-roles', 'it starts and says hello', /roles[^]*"roles":"receiver"/],
    [
      'yes',
      'an invented command is unsupported',
      /answered as if it existed[^]*teleport[^]*"ok":t/,
    ],
    ['keeps', 'reset empties the store', /shows 1 entries[^]*"cmd":"dump"[^]*"id":"old"/],
    ['fixed-dump', 'two seeds dump differently', /Patient\/p1 alone, the dump shows nothing/],
    ['white-space', 'two seeds dump differently', /came back as \{"resourceType": "Patient"/],
    ['liar', 'what hello declares is there', /decode is declared, but: .*unsupported/],
    ['bad-exit', 'it ends after quit', /exit code 3/],
  ])('a testee with the fault %s: names what to do next', async (fault, check, told) => {
    const { status, stdout } = await doctor(fault);
    expect(status).toBe(3);
    expect(stdout).toContain(`NO  ${check}`);
    expect(stdout).toMatch(told);
    expect(stdout.match(/^Next: /gm)).toHaveLength(1);
    // Nothing is said of what comes after.
    expect(stdout.match(/^NO /gm)).toHaveLength(1);
  });

  it('a testee that never answers is ended, and told to flush', async () => {
    const { status, stdout } = await doctor('silent');
    expect(status).toBe(3);
    expect(stdout).toMatch(/No answer to hello within 4000 ms[^]*Next: .*flush it at once/);
  });

  it('a program that there is not', async () => {
    const { status, stdout } = await program(['doctor', '--', 'no-such-program-here']);
    expect(status).toBe(3);
    expect(stdout).toMatch(
      /no-such-program-here can't be started: there is no such program or directory\.$/im,
    );
    expect(stdout).toContain('Next: Correct the command after --');
  });

  it('a program that prints something else', async () => {
    const { status, stdout } = await program(['doctor', '--', 'echo', 'welcome']);
    expect(status).toBe(3);
    expect(stdout).toContain('It printed what is no answer, at first: welcome.');
  });

  it('gets as far as the first session of a testee that runs none, and says which', async () => {
    const { status, stdout } = await doctor('');
    expect(status).toBe(3);
    expect(stdout).toContain('ok  it ends after quit');
    expect(stdout).toMatch(/NO {2}one session as receiver \(RCV-\d{4}\)/);
    expect(stdout).toMatch(/Next: See what is played: peersync-conformance explain RCV-\d{4}/);
  });

  it('a testee that does everything right plays a session in each role', async () => {
    const { status, stdout } = await program(['doctor', '--', ...referenceTestee()]);
    expect(stdout).toMatch(/ok {2}one session as sender[^]*ok {2}one session as receiver/);
    expect(stdout).toMatch(/Next: play the cases:\n {2}peersync-conformance run --report/);
    expect(status).toBe(0);
  });

  it('a testee that dials in is waited for, before and after quit', async () => {
    const started = new Set<string>();
    const { status, stdout } = await program(['doctor', '--control-port', '0'], {
      onText: (text) => {
        const waits = text.match(/Waiting for the testee at (\S+)\./g) ?? [];
        const [, address = ''] = /Waiting for the testee at (\S+)\./.exec(text) ?? [];
        const key = `${waits.length}`;
        if (waits.length === 0 || started.has(key)) return;
        started.add(key);
        startTestee({ argv: referenceTestee('--connect', address) });
      },
    });
    expect(stdout).toMatch(/ok {2}it starts and says hello[^]*ok {2}one session as receiver/);
    expect(status).toBe(0);
    expect(started.size).toBe(2);
  });
});
