import type { Query, StreamReference } from '../language/syntax.ts';

/** Everything that a query reads as it is written: streams, named windows, tables, aggregations. */
export function inputsOf({ input }: Query): StreamReference[] {
  switch (input.kind) {
    case 'single':
      return [input.source];
    case 'join':
      return [input.left.source, input.right.source];
    case 'anonymous':
      return inputsOf(input.query);
    case 'pattern':
    case 'sequence':
      return sourcesOf(input.element);
  }
}

/** What a query makes, in a list for want of one where it makes nothing. */
export function targetOf({ output }: Query): string[] {
  return output.kind === 'return' ? [] : [output.target.prefix + output.target.name];
}

function sourcesOf(element: Extract<Query['input'], { kind: 'pattern' | 'sequence' }>['element']): StreamReference[] {
  switch (element.kind) {
    case 'stream':
    case 'absent':
      return [element.source];
    case 'count':
      return [element.stream.source];
    case 'logical':
      return [element.left.source, element.right.source];
    case 'every':
      return sourcesOf(element.element);
    case 'next':
      return element.steps.flatMap(sourcesOf);
  }
}
