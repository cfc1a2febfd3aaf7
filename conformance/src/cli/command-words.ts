// A command that stands in one text, as words: quotes hold words together, a backslash takes the
// next character as it is. No shell reads it, so nothing is replaced.
import { misuse } from './failure.ts';

/**
 * The words of `java -jar "my testee.jar"`.
 *
 * @throws CommandFailure for a quote that is not closed, and for no words at all.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\' && quote !== "'" && at + 1 < text.length) {
      at += 1;
      word = (word ?? '') + text.charAt(at);
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== '') throw misuse(`A quote is not closed in: ${text}`);
  if (word !== undefined) words.push(word);
  if (words.length === 0) throw misuse('The command of a testee has no words.');
  return words;
}
