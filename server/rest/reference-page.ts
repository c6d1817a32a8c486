import { createHash } from 'node:crypto';
import { errorCatalogue } from '../kernel/errors.ts';
import type { OpenApiDocument } from './openapi.ts';

const style = `
:root{color-scheme:light dark;--text:light-dark(#1b1f24,#e6e8eb);--muted:light-dark(#5b6470,#9aa3ad);--line:light-dark(#e1e4e8,#2b3036);--panel:light-dark(#f6f7f8,#171a1e);--page:light-dark(#fff,#0f1114);--accent:light-dark(#0b63c5,#6db3ff)}
*{box-sizing:border-box}body{margin:0;font:14px/1.55 system-ui,sans-serif;color:var(--text);background:var(--page)}
.layout{display:grid;grid-template-columns:230px minmax(0,1fr);max-width:1180px;margin:0 auto}
nav{position:sticky;top:0;align-self:start;max-height:100vh;overflow:auto;padding:28px 16px;border-right:1px solid var(--line)}
nav a{display:block;padding:3px 8px;color:var(--muted);text-decoration:none;border-radius:4px}nav a:hover,nav a:focus-visible{color:var(--text);background:var(--panel)}
main{padding:28px 36px 80px;min-width:0}h1{font-size:22px;margin:0 0 8px}h2{font-size:16px;margin:44px 0 10px;padding-bottom:6px;border-bottom:1px solid var(--line)}
details{border:1px solid var(--line);border-radius:8px;margin:8px 0}summary{display:flex;gap:12px;align-items:baseline;padding:9px 12px;cursor:pointer;flex-wrap:wrap}summary span{color:var(--muted)}
.body{padding:4px 14px 14px;border-top:1px solid var(--line)}code,pre{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace}pre{background:var(--panel);padding:10px 12px;border-radius:6px;overflow:auto;max-height:380px}
.method{font-weight:600;min-width:52px;color:var(--accent)}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:5px 10px 5px 0;border-bottom:1px solid var(--line);vertical-align:top;font-weight:400}th{color:var(--muted)}
a{color:var(--accent)}@media(max-width:760px){.layout{grid-template-columns:1fr}nav{display:none}main{padding:20px 16px}}
`;

/** The API reference as one static page: no script, one style whose hash the policy names, nothing from elsewhere. */
export function referencePage(document: OpenApiDocument): { html: string; policy: string } {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
  const sections = document.tags.map(({ name }) => {
    const own = operations.filter(({ operation }) => Array.isArray(operation['tags']) && operation['tags'].includes(name));
    return `<h2 id="${anchor(name)}">${escape(name)}</h2>${own.map(({ path, method, operation }) => operationHtml(path, method, operation)).join('')}`;
  });
  const errors = Object.entries(errorCatalogue).map(([code, { happened, remedy }]) => `<tr id="error-${code}"><td><code>${code}</code></td><td>${escape(happened)}</td><td>${escape(remedy)}</td></tr>`);
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Selvedge API</title><style>${style}</style></head>
<body><div class="layout"><nav aria-label="Nouns">${document.tags.map(({ name }) => `<a href="#${anchor(name)}">${escape(name)}</a>`).join('')}<a href="#errors">Errors</a></nav>
<main><h1>Selvedge API</h1><p>${inline(document.info.description)}</p>
<p>Everything is below <code>/api/v1</code>. Send <code>Authorization: Bearer slv_…</code> with a token from Settings. The same as <a href="/api/v1/openapi.json">OpenAPI 3.1</a>.</p>
<pre>curl -H "Authorization: Bearer $TOKEN" $SELVEDGE/api/v1/me</pre>
${sections.join('')}<h2 id="errors">Errors</h2><p>Errors are <code>application/problem+json</code> with a <code>code</code> from this list and a <code>requestId</code>.</p>
<table><thead><tr><th>Code</th><th>What happened</th><th>What to do</th></tr></thead><tbody>${errors.join('')}</tbody></table></main></div></body></html>`;
  const hash = createHash('sha256').update(style).digest('base64');
  return { html, policy: `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'` };
}

function operationHtml(path: string, method: string, operation: Record<string, unknown>): string {
  const parts: string[] = [];
  if (typeof operation['description'] === 'string') parts.push(`<p>${inline(operation['description'])}</p>`);
  if (operation['parameters'] !== undefined) parts.push(`<h3>Parameters</h3><pre>${escape(JSON.stringify(operation['parameters'], null, 2))}</pre>`);
  if (operation['requestBody'] !== undefined) parts.push(`<h3>Body</h3><pre>${escape(JSON.stringify(schemaIn(operation['requestBody']), null, 2))}</pre>`);
  if (operation['responses'] !== undefined) parts.push(`<h3>Answer</h3><pre>${escape(JSON.stringify(schemaIn(memberOf(operation['responses'], '200') ?? operation['responses']), null, 2))}</pre>`);
  return `<details id="${anchor(String(operation['operationId']))}"><summary><code class="method">${escape(method.toUpperCase())}</code><code>${escape(path)}</code><span>${escape(String(operation['summary'] ?? ''))}</span></summary><div class="body">${parts.join('')}</div></details>`;
}

/** The schema of a JSON body, or what there is instead. */
function schemaIn(holder: unknown): unknown {
  return memberOf(memberOf(memberOf(holder, 'content'), 'application/json'), 'schema') ?? holder;
}

function memberOf(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, name) : undefined;
}

function anchor(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Backquotes to code, in text that is ours. */
function inline(text: string): string {
  return escape(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}
