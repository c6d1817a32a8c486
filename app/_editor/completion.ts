import { autocompletion, type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import type { CompletionItem } from '@selvedge/edge-runtime/cep/language-service';
import { documentOf } from './document-field.ts';

const types: Readonly<Record<CompletionItem['kind'], string>> = {
  attribute: 'property', stream: 'class', event: 'variable', function: 'function', aggregator: 'function', window: 'function', 'stream-function': 'function',
  keyword: 'keyword', type: 'type', model: 'constant', annotation: 'keyword',
};

/** Offers what fits here by grammar, scope and type. `models` are the references that can be offered in a prediction. */
export function completion(models: () => readonly { reference: string }[]): Extension {
  return autocompletion({ override: [(context) => complete(context, models())], activateOnTyping: true, icons: false });
}

function complete(context: CompletionContext, models: readonly { reference: string }[]): CompletionResult | null {
  const before = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos);
  if (!context.explicit && !/[\w.#@:'[(]/.test(before)) return null;
  const found = documentOf(context.state).complete(context.pos, { models: models.map((one) => one.reference) });
  if (found === undefined) return null;
  return { from: found.from, options: found.items.map(option), validFor: /^[\w@.: -]*$/ };
}

function option({ label, insert, kind, detail, means, rank }: CompletionItem): Completion {
  return {
    label,
    type: types[kind],
    boost: rank * 10 - (kind === 'keyword' ? 5 : 0),
    ...(insert === undefined ? {} : { apply: insert }),
    ...(detail === undefined ? {} : { detail: ` ${detail}` }),
    ...(means === undefined ? {} : { info: means }),
  };
}
