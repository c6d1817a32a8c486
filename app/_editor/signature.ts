import { StateEffect, StateField, type EditorState, type Extension } from '@codemirror/state';
import { EditorView, showTooltip, type Tooltip } from '@codemirror/view';
import { signatureAt, type Signature } from '@selvedge/edge-runtime/cep/language-service';

/** How much of the text before the cursor is looked at; a statement that is longer shows nothing while its call began before it. */
const lookBack = 4000;

const focused = StateEffect.define<boolean>();

/** Shows how a call is written while the cursor is between its brackets, with the argument that one is at. */
export function signatures(): Extension {
  return [shown, EditorView.focusChangeEffect.of((_, focusing) => focused.of(focusing))];
}

const shown = StateField.define<{ focused: boolean; tooltip: Tooltip | null }>({
  create: () => ({ focused: false, tooltip: null }),
  update(value, transaction) {
    const focus = transaction.effects.find((one) => one.is(focused))?.value ?? value.focused;
    if (focus === value.focused && !transaction.docChanged && transaction.selection === undefined) return value;
    return { focused: focus, tooltip: focus ? tooltipOf(transaction.state) : null };
  },
  provide: (field) => showTooltip.from(field, ({ tooltip }) => tooltip),
});

function tooltipOf(state: EditorState): Tooltip | null {
  const { main } = state.selection;
  if (!main.empty || state.readOnly) return null;
  const from = Math.max(0, main.head - lookBack);
  const signature = signatureAt(state.sliceDoc(from, main.head));
  if (signature === undefined) return null;
  return { pos: from + signature.from, above: true, create: () => ({ dom: explanation(signature) }) };
}

function explanation({ form, parameter, means }: Signature): HTMLElement {
  const dom = document.createElement('div');
  dom.className = 'pointer-events-none';
  // The editor makes the outer element a tooltip of its own, without a ground that text below would not show through.
  const box = dom.appendChild(document.createElement('div'));
  box.className = 'max-w-[min(24rem,90vw)] rounded-lg border border-line-strong bg-overlay px-3 py-2 text-base shadow-overlay';
  box.dataset['signature'] = '';
  const heading = box.appendChild(document.createElement('p'));
  heading.className = 'font-mono text-sm';
  const { from, to } = parameter ?? { from: form.length, to: form.length };
  heading.append(form.slice(0, from));
  const at = heading.appendChild(document.createElement('strong'));
  at.className = 'font-semibold text-accent';
  at.textContent = form.slice(from, to);
  heading.append(form.slice(to));
  if (means !== '') {
    const body = box.appendChild(document.createElement('p'));
    body.className = 'mt-0.5 text-dim';
    body.textContent = means;
  }
  return dom;
}
