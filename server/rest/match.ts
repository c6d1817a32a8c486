export interface Matched<Route> {
  route: Route;
  parameters: Record<string, string>;
}

export interface Matcher<Route> {
  /** Null when no route has the path; `methods` lists those that the path has when it has not this one. */
  match(method: string, path: string): Matched<Route> | { route: null; methods: string[] } | null;
}

/** Finds routes by method and path. A segment `{name}` takes any one segment, percent-decoded; fixed segments win over those. */
export function createMatcher<Route extends { method: string; path: string }>(routes: readonly Route[]): Matcher<Route> {
  const compiled = routes.map((route) => ({ route, segments: route.path.split('/').slice(1) }));
  const fixedFirst = [...compiled].sort((a, b) => wildcards(a.segments).localeCompare(wildcards(b.segments)));
  return {
    match(method, path) {
      const segments = path.split('/').slice(1);
      const methods: string[] = [];
      for (const { route, segments: pattern } of fixedFirst) {
        const parameters = bind(pattern, segments);
        if (parameters === null) continue;
        if (route.method === method) return { route, parameters };
        methods.push(route.method);
      }
      return methods.length === 0 ? null : { route: null, methods };
    },
  };
}

/** One character a segment, so that text order puts fixed segments before parameters, from left to right. */
function wildcards(segments: readonly string[]): string {
  return segments.map((segment) => (segment.startsWith('{') ? '1' : '0')).join('');
}

function bind(pattern: readonly string[], segments: readonly string[]): Record<string, string> | null {
  if (pattern.length !== segments.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (!expected.startsWith('{')) {
      if (expected !== segment) return null;
      continue;
    }
    const value = decode(segment);
    if (value === null || value === '') return null;
    parameters[expected.slice(1, -1)] = value;
  }
  return parameters;
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
