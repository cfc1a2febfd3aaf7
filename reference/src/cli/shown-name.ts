// A name or text that came from somebody else, made safe to show. Knows nothing of where it is
// shown.

const lengthMax = 64;

/**
 * The text without control and formatting characters, bidirectional ones among them, shortened to
 * 64 characters; `fallback` where nothing is left.
 */
export function shownName(text: string, fallback = 'unnamed device'): string {
  // PSP-ID-4: a name must not be able to draw over our words or turn them around.
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, '').trim();
  const characters = [...clean];
  if (characters.length === 0) return fallback;
  return characters.length <= lengthMax ? clean : `${characters.slice(0, lengthMax).join('')}…`;
}
