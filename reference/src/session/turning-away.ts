// The short answer to a connection that nobody can serve now. Starts no session.
import type { ByteStream } from '../transport/transport.ts';
import { CLOSE_MS, CLOSE_OCTETS, encodeFrame, encodeMessage } from '../wire/index.ts';
import type { ErrorCode } from '../wire/index.ts';
import type { Clock } from './clock.ts';
import { rejectOf } from './last-messages.ts';

/**
 * Sends Reject with a code and closes in good order (PSP-CODE-13, PSP-CLOSE-1). Never rejects: what
 * becomes of such a connection is nobody's concern.
 */
export async function turnAway(stream: ByteStream, code: ErrorCode, clock: Clock): Promise<void> {
  const cancel = clock.schedule(CLOSE_MS, () => stream.close());
  try {
    await stream.write(encodeFrame(encodeMessage(rejectOf({ code }))));
    await stream.end();
    let octets = 0;
    while (octets <= CLOSE_OCTETS) {
      const chunk = await stream.read();
      if (chunk === undefined) break;
      octets += chunk.length;
    }
  } catch {
    // It went away by itself.
  }
  cancel();
  stream.close();
}
