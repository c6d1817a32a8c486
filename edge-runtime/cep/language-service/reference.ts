import { CALL_EXAMPLES } from './call-examples.ts';
import type { CallDocumentation } from './call-documentation.ts';
import { documentationOf } from './documentation.ts';
import { callNames, isAggregator } from './known-calls.ts';

/** Everything that can be called, as Markdown: what the engine has, in the words that completion and hovers use. */
export function renderReference(): string {
  const all = callNames('function');
  const functions = all.filter(({ name }) => !isAggregator(name));
  const own = functions.filter(({ name }) => !name.includes(':'));
  const namespaces = [...new Set(functions.flatMap(({ name }) => (name.includes(':') ? [name.slice(0, name.indexOf(':'))] : [])))];
  return [
    section('Windows', callNames('window'), 'window'),
    section('Aggregators', all.filter(({ name }) => isAggregator(name)), 'function'),
    section('Functions', own, 'function'),
    ...namespaces.map((namespace) => section(`Functions of ${namespace}`, functions.filter(({ name }) => name.startsWith(`${namespace}:`)), 'function')),
    section('Stream functions', callNames('stream-function'), 'stream-function'),
  ].join('\n');
}

/** The language's own names that nothing is said of: a test holds this empty. Those of a namespace have at least their form. */
export function undocumented(): string[] {
  return (['window', 'function', 'stream-function'] as const).flatMap((role) => callNames(role).filter(({ name }) => !name.includes(':') && documentationOf(name, role) === undefined).map(({ name }) => `${role} ${name}`));
}

function section(title: string, calls: readonly { name: string; form: string }[], role: 'window' | 'function' | 'stream-function'): string {
  const shown = calls.some(({ name }) => CALL_EXAMPLES.has(name));
  const rows = calls.map(({ name, form }) => {
    const documentation = documentationOf(name, role);
    const example = CALL_EXAMPLES.get(name);
    const columns = [code(documentation?.form ?? form), ...(role === 'function' ? [givesOf(documentation)] : []), documentation?.means ?? ''];
    return `| ${[...columns, ...(shown ? [example === undefined ? '' : `${code(example.written)} is ${code(example.gives)}`] : [])].join(' | ')} |`;
  });
  const titles = ['written', ...(role === 'function' ? ['gives'] : []), 'what it is', ...(shown ? ['for example'] : [])];
  const head = `| ${titles.join(' | ')} |\n|${'---|'.repeat(titles.length)}`;
  return `## ${title}\n\n${head}\n${rows.join('\n')}\n`;
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

function givesOf(documentation: CallDocumentation | undefined): string {
  switch (documentation?.returns) {
    case undefined:
      return 'by its arguments';
    case 'same':
      return 'the type of its argument';
    case 'named':
      return 'the type that it names';
    case 'wider':
      return 'long or double';
    default:
      return documentation?.returns ?? '';
  }
}
