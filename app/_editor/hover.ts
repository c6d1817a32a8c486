import type { Extension } from '@codemirror/state';
import { hoverTooltip, type EditorView, type Tooltip } from '@codemirror/view';
import { analysisField } from './analysis-field.ts';
import type { KnownModel } from './completion.ts';
import { functionForms, windowForms } from './forms.ts';

interface Explanation {
  title: string;
  text: string;
}

/** Says what a word is: a stream with its attributes, a model with its signature, a function with its form. */
export function hovers(models: () => readonly KnownModel[]): Extension {
  return hoverTooltip((view, position) => {
    const line = view.state.doc.lineAt(position);
    const at = position - line.from;
    for (const match of line.text.matchAll(/'[^']*'|\w+/g)) {
      if (match.index > at || match.index + match[0].length < at) continue;
      const explanation = explain(view, match[0], models());
      return explanation === undefined ? null : tooltip(line.from + match.index, line.from + match.index + match[0].length, explanation);
    }
    return null;
  });
}

function explain(view: EditorView, word: string, models: readonly KnownModel[]): Explanation | undefined {
  const model = word.startsWith("'") ? models.find((known) => known.reference === word.slice(1, -1)) : undefined;
  if (model !== undefined) {
    const list = (items: KnownModel['inputs']): string => items.map((item) => `${item.name} ${item.type}`).join(', ');
    return { title: model.reference, text: `Takes ${list(model.inputs)}; adds ${list(model.outputs)}.` };
  }
  const streams = view.state.field(analysisField, false)?.streams ?? [];
  const stream = streams.find((one) => one.name === word);
  if (stream !== undefined) return { title: `${stream.kind} ${stream.name}`, text: stream.attributes.map((attribute) => `${attribute.name} ${attribute.type}`).join(', ') };
  const form = [...functionForms, ...windowForms].find((one) => one.name === word);
  if (form !== undefined) return { title: form.form, text: form.means };
  const owners = streams.filter((one) => one.attributes.some((attribute) => attribute.name === word));
  const type = owners[0]?.attributes.find((attribute) => attribute.name === word)?.type;
  return type === undefined ? undefined : { title: `${word} ${type}`, text: `Attribute of ${owners.map((owner) => owner.name).join(', ')}.` };
}

function tooltip(from: number, to: number, { title, text }: Explanation): Tooltip {
  return {
    pos: from,
    end: to,
    above: true,
    create: () => {
      const dom = document.createElement('div');
      dom.className = 'max-w-84 rounded-lg bg-overlay px-3 py-2 text-base shadow-overlay';
      const heading = dom.appendChild(document.createElement('p'));
      heading.className = 'font-mono text-sm font-semibold';
      heading.textContent = title;
      const body = dom.appendChild(document.createElement('p'));
      body.className = 'mt-0.5 text-dim';
      body.textContent = text;
      return { dom };
    },
  };
}
