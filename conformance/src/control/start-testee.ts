// The one way to a testee that the kit starts itself. Everything else about it is in testee.ts.
import { ChildChannel, type TesteeCommand } from './child-channel.ts';
import { Testee } from './testee.ts';

/**
 * Starts a testee as a process of its own. That it can't be started shows in the first answer.
 *
 * The process and everything that it starts are gone when the testee is killed or quits, and when
 * the kit itself ends, also by a signal.
 */
export function startTestee(command: TesteeCommand): Testee {
  return new Testee(new ChildChannel(command));
}
