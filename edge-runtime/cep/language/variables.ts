import { Diagnostics } from './diagnostics.ts';
import { didYouMean } from './nearest-name.ts';
import type { Token } from './tokens.ts';

export type Variables = Readonly<Record<string, string>>;

// `${secret:NAME}` and `${label:NAME}` in an option are for the node alone, which fills them in when it opens the connector.
const VARIABLE = /\$\{(?!secret:|label:)([^{}\s]*)\}/g;

/**
 * Puts values in the place of `${name}`: inside a string a piece of the string, elsewhere the tokens that the value
 * consists of. A value can never end the string or begin a comment that it stands in. Scripts are left alone, where
 * `${…}` means something else. Every token of a value stands at the place of its variable.
 */
export function replaceVariables(tokens: readonly Token[], variables: Variables, diagnostics: Diagnostics, tokenize: (text: string, diagnostics: Diagnostics) => Token[]): readonly Token[] {
  if (!tokens.some((one) => one.kind === 'variable' || (one.kind === 'string' && one.text.includes('${')))) return tokens;
  const valueOf = (name: string, at: Token): string | undefined => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined) diagnostics.error('name.unknown-variable', at, `There is no variable '${name}'.`, didYouMean(name, Object.keys(variables)) ?? 'Variables are set in the settings of the fleet or node.');
    return value;
  };
  return tokens.flatMap((token): Token[] => {
    if (token.kind === 'string') return [{ ...token, text: token.text.replaceAll(VARIABLE, (_, name: string) => valueOf(name, token) ?? '') }];
    if (token.kind !== 'variable') return [token];
    const value = valueOf(token.text, token);
    // What is missing was said; a name in its place lets the rest be understood.
    if (value === undefined) return [{ ...token, kind: 'quoted', text: token.text }];
    const inner = new Diagnostics(value);
    const read = tokenize(value, inner).filter((one) => one.kind !== 'end');
    if (inner.failed || read.some((one) => one.kind === 'variable')) diagnostics.error('syntax.variable', token, `The value of '${token.text}' cannot stand here: ${inner.list[0]?.message ?? 'it names a variable itself.'}`);
    return read.map((one) => ({ ...one, from: token.from, to: token.to }));
  });
}

/** A piece of text with the values that are known in it: what the meaning of that piece depends on. */
export function withVariables(text: string, variables: Variables): string {
  return text.replaceAll(VARIABLE, (whole, name: string) => (Object.hasOwn(variables, name) ? (variables[name] ?? whole) : whole));
}
