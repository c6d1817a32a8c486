import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/**
 * Lets an editor write its style sheet under the document's policy. Its nonce is read from the document: a page that was come to
 * by a link stands in the document of the first one, and what the server would name for the newer page is not in force.
 */
export function pageStyles(): Extension {
  const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';
  return nonce === '' ? [] : EditorView.cspNonce.of(nonce);
}
