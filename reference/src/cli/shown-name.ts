// A name or text that came from somebody else, made safe to show. Knows nothing of where it is
// shown.

const lengthMax = 64;

/**
 * The text without control and formatting characters, bidirectional ones among them, shortened to
 * `charactersMax`, for a name 64; `fallback` where nothing is left.
 */
export function shownName(
  text: string,
  fallback = 'unnamed device',
  charactersMax = lengthMax,
): string {
  // PSP-ID-4: a name must not be able to draw over our words or turn them around.
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, '').trim();
  const characters = [...clean];
  if (characters.length === 0) return fallback;
  return characters.length <= charactersMax
    ? clean
    : `${characters.slice(0, charactersMax).join('')}…`;
}
