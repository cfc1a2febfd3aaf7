// How the program has the engine run it: room for short-lived objects, and when code is worth
// compiling again. Knows nothing of what the code does.
import { setFlagsFromString } from 'node:v8';

/**
 * Tunes the engine for hand-overs; for a program only, because it holds for the whole process.
 *
 * Keeps the young generation at its first size, 1 MiB a half, instead of letting it grow to 16.
 * Measured: a hand-over makes garbage at a steady rate and keeps next to nothing of it; such room
 * saves no work, but it is some 60 MB that a device may not have.
 *
 * Has functions optimised for the last time once they ran 50 000 times, not 3 000: most sessions
 * are over before that pays, and while it goes on it takes a core that both sides need.
 */
export function tuneEngine(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--invocation-count-for-turbofan=50000');
}
