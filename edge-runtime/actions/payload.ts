/** How an event is written for the far side. */
export interface PayloadFormat {
  contentType: string;
  write(event: Readonly<Record<string, unknown>>): string;
}

/** `@map(type='json')`: Siddhi's own form, `{"event": {…}}`, or what `@payload('…')` says with `{{attribute}}` filled in. */
export function jsonPayload(template: string | undefined): PayloadFormat {
  const contentType = 'application/json';
  if (template === undefined) return { contentType, write: (event) => JSON.stringify({ event }) };
  return { contentType, write: (event) => fill(template, event, jsonText) };
}

/** `@map(type='text')`: `name:value` on lines, or what `@payload('…')` says. */
export function textPayload(template: string | undefined): PayloadFormat {
  const contentType = 'text/plain; charset=utf-8';
  if (template === undefined) return { contentType, write: (event) => Object.entries(event).map(([name, value]) => `${name}:${plainText(value)}`).join('\n') };
  return { contentType, write: (event) => fill(template, event, plainText) };
}

function fill(template: string, event: Readonly<Record<string, unknown>>, write: (value: unknown) => string): string {
  return template.replaceAll(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g, (whole, name: string) => (Object.hasOwn(event, name) ? write(event[name]) : whole));
}

/** A text inside a JSON template stands between the template's own quotes, so it is escaped without new ones. */
function jsonText(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : JSON.stringify(value);
}

function plainText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
