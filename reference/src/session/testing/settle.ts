// Waiting in tests without time: until everything that can happen by itself has happened.

/** Lets pending work run: many turns of the event loop, no clock. */
export async function settle(turns = 20): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
}
