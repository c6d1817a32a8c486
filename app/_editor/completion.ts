import { autocompletion, type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import type { Analysis } from '@selvedge/edge-runtime/cep';
import { analysisField } from './analysis-field.ts';
import { functionForms, windowForms } from './forms.ts';
import { keywords } from './siddhiql.ts';

/** A model that a rule may call, as `models.signatures` lists it. */
export interface KnownModel {
  reference: string;
  inputs: readonly { name: string; type: string }[];
  outputs: readonly { name: string; type: string }[];
}

/** Offers what fits here: models inside `predict('…')`, windows after `#window.`, attributes after a stream's name and a dot, and everything else elsewhere. */
export function completion(models: () => readonly KnownModel[]): Extension {
  return autocompletion({ override: [(context) => complete(context, models())], activateOnTyping: true, icons: false });
}

function complete(context: CompletionContext, models: readonly KnownModel[]): CompletionResult | null {
  const analysis = context.state.field(analysisField, false);
  const model = context.matchBefore(/predict\s*\(\s*'[^'\n]*/);
  if (model !== null) return { from: model.from + model.text.lastIndexOf("'") + 1, options: models.map(modelOption), validFor: /^[^']*$/ };
  const window = context.matchBefore(/#\s*window\s*\.\s*\w*/);
  if (window !== null) return { from: endWord(window), options: windowForms.map(callOption), validFor: /^\w*$/ };
  const member = context.matchBefore(/\w+\s*\.\s*\w*/);
  if (member !== null) {
    const owner = /^\w+/.exec(member.text)?.[0] ?? '';
    return { from: endWord(member), options: attributesOf(analysis, owner), validFor: /^\w*$/ };
  }
  const word = context.matchBefore(/\w+/);
  if (word === null && !context.explicit) return null;
  return { from: word?.from ?? context.pos, options: everything(analysis), validFor: /^\w*$/ };
}

function endWord(match: { to: number; text: string }): number {
  return match.to - (/\w*$/.exec(match.text)?.[0].length ?? 0);
}

function modelOption(model: KnownModel): Completion {
  return { label: model.reference, type: 'constant', detail: `(${model.inputs.map((input) => input.name).join(', ')}) adds ${model.outputs.map((output) => `${output.name} ${output.type}`).join(', ')}` };
}

function callOption({ name, form, means }: { name: string; form: string; means: string }): Completion {
  return { label: name, type: 'function', detail: form.slice(name.length), info: means };
}

/** Attributes of a stream; of all streams when the name is a pattern's own, which only its place in the text could resolve. */
function attributesOf(analysis: Analysis | undefined, owner: string): Completion[] {
  const streams = analysis?.streams ?? [];
  const named = streams.filter((stream) => stream.name === owner);
  return attributeOptions(named.length > 0 ? named : streams);
}

function attributeOptions(streams: Analysis['streams']): Completion[] {
  const options = new Map<string, Completion>();
  for (const stream of streams) {
    for (const attribute of stream.attributes) {
      if (!options.has(attribute.name)) options.set(attribute.name, { label: attribute.name, type: 'property', detail: `${attribute.type}, ${stream.name}` });
    }
  }
  return [...options.values()];
}

function everything(analysis: Analysis | undefined): Completion[] {
  const streams = analysis?.streams ?? [];
  return [
    ...attributeOptions(streams).map((option) => ({ ...option, boost: 2 })),
    ...streams.map((stream) => ({ label: stream.name, type: 'class', detail: stream.kind, boost: 1 })),
    ...functionForms.map(callOption),
    ...keywords.map((keyword) => ({ label: keyword, type: 'keyword', boost: -1 })),
  ];
}
