/** A string of either kind, closed or not, or a name and the colon behind it. Each piece of a text is looked at once. */
const PIECE = /"(?:[^"\\]|\\.)*"?|'((?:[^'\\]|\\.)*)'?|([A-Za-z_$][\w$-]*)(\s*:)?/gsu;

/**
 * What a JSON text says. In a rule a text stands between quotation marks, so names and strings may stand between single ones,
 * and names without any, as Siddhi's readers have it. Throws where the text is none.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(text.replaceAll(PIECE, strict));
  }
}

function strict(piece: string, single: string | undefined, name: string | undefined, colon: string | undefined): string {
  if (single !== undefined) return `"${single.replaceAll(/\\.|"/gsu, (one) => (one === '"' ? '\\"' : one === "\\'" ? "'" : one))}"`;
  return name !== undefined && colon !== undefined ? `"${name}"${colon}` : piece;
}
