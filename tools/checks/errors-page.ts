import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorCatalogue } from '../../server/kernel/errors.ts';
import { checkout } from '../environment.ts';

const introduction = `# Errors

Every answer that is not a success carries a \`code\` from this page, a message for a person, and a \`requestId\` that the
control plane's log has too. Programs branch on the code: its meaning does not change once published. The page is written
from the catalogue in \`server/kernel/errors.ts\` by \`node tools/checks/errors-page.ts\`, and a check compares the two.
`;

/** docs/errors.md as the catalogue has it. */
export function renderErrorsPage(): string {
  const entries = Object.entries(errorCatalogue).map(([code, { kind, happened, remedy }]) => `## ${code}\n\n*${kind}.* ${happened}\n\nWhat to do: ${remedy}\n`);
  return [introduction, ...entries].join('\n');
}

if (import.meta.main) await writeFile(path.join(checkout, 'docs/errors.md'), renderErrorsPage());
