import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { renderReference } from '../../edge-runtime/cep/language-service/reference.ts';
import { checkout } from '../environment.ts';

const introduction = `# What a rule can call

Windows, aggregators, functions and stream functions of [SiddhiQL as Selvedge runs it](siddhiql.md), in the words that the
editor uses. Square brackets stand around what may be left out; a test runs each example. The page is written from the engine's own tables by
\`node tools/checks/siddhiql-page.ts\`, and a check compares the two.
`;

/** docs/siddhiql-calls.md as the engine has it. */
export function renderSiddhiqlPage(): string {
  return `${introduction}\n${renderReference()}`;
}

if (import.meta.main) await writeFile(path.join(checkout, 'docs/siddhiql-calls.md'), renderSiddhiqlPage());
