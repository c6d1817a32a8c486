/**
 * The filter “has this text in it, whatever the case”. The client hands the text to LIKE as it is, so what LIKE would take for a
 * wildcard is escaped here.
 */
export function containsText(text: string): { contains: string; mode: 'insensitive' } {
  return { contains: text.replaceAll(/[\\%_]/g, (character) => `\\${character}`), mode: 'insensitive' };
}
