import type { Operation } from './operation.ts';

export type Match = { readonly kind: 'found'; readonly operation: Operation; readonly parameters: Record<string, string> } | { readonly kind: 'wrong-method'; readonly allow: readonly string[] } | { readonly kind: 'none' };

/** Finds the operation for a method and a path (without its query). A HEAD is answered as a GET. */
export function route(operations: readonly Operation[], method: string, path: string): Match {
  const segments = decode(path);
  if (segments === undefined) return { kind: 'none' };
  const allow: string[] = [];
  for (const operation of operations) {
    const parameters = matchPath(operation.path, segments);
    if (parameters === undefined) continue;
    if (operation.method === (method === 'HEAD' ? 'GET' : method)) return { kind: 'found', operation, parameters };
    allow.push(operation.method);
  }
  return allow.length === 0 ? { kind: 'none' } : { kind: 'wrong-method', allow };
}

function decode(path: string): string[] | undefined {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function matchPath(template: string, segments: readonly string[]): Record<string, string> | undefined {
  const parts = template.split('/').slice(1);
  const parameters: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const name = /^\{(\w+)(\*?)\}$/.exec(part);
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (name?.[1] === undefined) {
      if (part !== segment) return undefined;
    } else if (name[2] === '*') {
      parameters[name[1]] = segments.slice(index).join('/');
      return parameters;
    } else {
      if (segment === '') return undefined;
      parameters[name[1]] = segment;
    }
  }
  return parts.length === segments.length ? parameters : undefined;
}
