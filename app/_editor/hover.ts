import type { Extension } from '@codemirror/state';
import { hoverTooltip } from '@codemirror/view';
import { documentOf } from './document-field.ts';

/** Says what stands under the pointer: its type, and what there is to say of it. */
export function hovers(): Extension {
  return hoverTooltip((view, position) => {
    const found = documentOf(view.state).hover(position);
    if (found === undefined) return null;
    return { pos: found.from, end: found.to, above: true, create: () => ({ dom: explanation(found.title, found.kind, found.text) }) };
  });
}

function explanation(title: string, kind: string, text: string): HTMLElement {
  const dom = document.createElement('div');
  dom.className = 'max-w-[min(24rem,90vw)] rounded-lg border border-line-strong bg-overlay px-3 py-2 text-base shadow-overlay';
  const heading = dom.appendChild(document.createElement('p'));
  const name = heading.appendChild(document.createElement('span'));
  name.className = 'font-mono text-sm font-semibold';
  name.textContent = title;
  const what = heading.appendChild(document.createElement('span'));
  what.className = 'ml-2 text-faint';
  what.textContent = kind;
  if (text !== '') {
    const body = dom.appendChild(document.createElement('p'));
    body.className = 'mt-0.5 text-dim';
    body.textContent = text;
  }
  return dom;
}
