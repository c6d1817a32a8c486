export type ParsedLabels = { ok: true; labels: Record<string, string> } | { ok: false; message: string };

const labelText = /^[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/;

/** Labels as a person types them, `key=value` one a line or parted by commas. */
export function parseLabels(text: string): ParsedLabels {
  const labels: Record<string, string> = {};
  for (const part of text.split(/[\n,]+/).map((each) => each.trim()).filter(Boolean)) {
    const at = part.indexOf('=');
    if (at < 1) return { ok: false, message: `“${part}” is not a label: write key=value.` };
    const key = part.slice(0, at).trim();
    const value = part.slice(at + 1).trim();
    if (!labelText.test(key) || !labelText.test(value)) return { ok: false, message: `“${part}”: key and value have 1 to 63 letters, digits, “.”, “_”, “/” or “-”, and begin and end with a letter or digit.` };
    if (Object.hasOwn(labels, key)) return { ok: false, message: `“${key}” is there twice.` };
    labels[key] = value;
  }
  if (Object.keys(labels).length > 64) return { ok: false, message: 'A node has at most 64 labels.' };
  return { ok: true, labels };
}

/** The opposite: one a line, in a stable order. */
export function writeLabels(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, value]) => `${key}=${value}`)
    .join('\n');
}
