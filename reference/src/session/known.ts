// What has to be there by the time that it is asked for.

/** What an earlier state of the machine has brought; not to have it is a bug of ours. */
export function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the machine went on without what it needs');
  return value;
}
