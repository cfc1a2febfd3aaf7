// What a device tells its store once. Whether a server URL is canonical is for whoever compares it.
import { DISPLAY_NAME_OCTETS } from '../wire/limits.ts';
import { UsageError } from '../wire/violation.ts';
import type { StoreSettings } from './store.ts';

/**
 * Checks settings before they are kept.
 *
 * @returns A copy.
 * @throws UsageError when the display name is longer than 128 octets of UTF-8.
 */
export function checkSettings(settings: StoreSettings): StoreSettings {
  const { serverUrl, displayName } = settings;
  const octets = Buffer.byteLength(displayName, 'utf8');
  if (octets > DISPLAY_NAME_OCTETS) {
    throw new UsageError(
      `a display name has at most ${DISPLAY_NAME_OCTETS} octets, this one has ${octets}`,
    );
  }
  return { serverUrl, displayName };
}
