import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { exitCodes } from '../cli/exit.ts';
import { buildProgram } from '../cli/program.ts';
import { checkout } from '../environment.ts';

const introduction = `# Command line

Written by \`node tools/checks/cli-page.ts\` from the program itself, and a check compares the two.

\`npx selvedge\` in a checkout, or \`npm link\` once for \`selvedge\` anywhere. It speaks to the [public API](api.md) with a token from
**Settings**, API tokens: \`selvedge login URL < token\` keeps it for this user, readable by nobody else; \`SELVEDGE_URL\` and
\`SELVEDGE_TOKEN\` stand before what is kept.

\`\`\`sh
selvedge get nodes -l site=plant-3 -o wide
selvedge get deployments -w             # a line for each that changes, until interrupted
selvedge why node plant-3/loop-1
selvedge overview                       # what runs, and what needs a person
selvedge label node-17 site=plant-3 spare- --dry-run
selvedge enrol approve node-17
selvedge model push pump-anomaly.onnx --alias champion
selvedge rule test pump-watch pump-watch.siddhi    # ends with 1 when a test case fails
selvedge diff -f plant-3/            # what would change; ends with 1 when something would
selvedge apply -f plant-3/ --wait    # for CI: ends with 1 unless every deployment succeeds
selvedge rollout undo pump-loop
\`\`\`

Whatever the API offers a command reaches, and a check holds the two together; what only pages do is what is a person's own: how they
sign in, their sessions, their passkeys.

## Documents

\`apply\`, \`diff\` and \`plan\` read YAML: files, folders with all below them, or standard input; a [repository](operating.md#from-a-repository)
holds the same. Models come first, then rules, fleets, channels, routes, alert settings and deployments, whatever their order. An alias is moved where it means
another version, a rule is published when its text differs from the latest version, a fleet is changed where it differs, and a
deployment is started unless its fleet runs exactly that or a rollout to it is under way; so applying the same twice does nothing.
Nothing is ever removed. \`export\` writes channels, routes and alert settings down as they are. A secret is named, as \`\${secret:NAME}\`, and never stands in a file; one that does is refused.

\`\`\`yaml
kind: Rule
name: pump-watch
file: pump-watch.siddhi          # or text: |
---
kind: Model                      # its versions are uploaded
name: pump-anomaly
aliases: { champion: 4 }         # a version, or the digest of one
---
kind: Fleet
name: pump-loop
selector: site=plant-3, role=pump
settings: { connectors: { kafka: { brokers: "10.0.3.4:9092" } } }
---
kind: Channel                    # webhook (url, secret), slack (url), pagerduty (routingKey, url), email (smtp, from, to)
name: On call
settings: { kind: pagerduty, routingKey: "\${secret:pager}" }   # kept by \`notify set-secret\`; left out, it stays as it was given
---
kind: Route                      # what is left out is as in a new one
name: Nights
severityMin: critical
fleet: pump-loop
channels: [On call]
---
kind: AlertSettings
offlineMinutes: 30
---
kind: Deployment
fleet: pump-loop
rules: [pump-watch, valve-watch@7]   # the text above, else the latest version; or an exact one
policy: { waves: [{ limit: { unit: percent, value: 10 } }], bakeSeconds: 300 }
\`\`\`

## Commands
`;

const meanings: Record<keyof typeof exitCodes, string> = {
  done: 'done; with `diff`, nothing differs',
  differs: 'something differs, is not as it should be, or a deployment waited for did not succeed',
  usage: 'the command, its options or a document are wrong',
  noAccess: 'not signed in, or the token may not do this',
  notFound: 'there is no such thing',
  refused: 'the control plane refused it',
  unreachable: 'the control plane does not answer',
};

/** docs/cli.md as the program has it. */
export function renderCliPage(): string {
  const program = buildProgram({ out: () => undefined, error: () => undefined, standardInput: async () => '', now: () => 0, profileFile: '', given: {}, version: '' }, () => undefined);
  const rows = program.commands.flatMap((command) => (command.commands.length === 0 ? [rowOf(command, '')] : command.commands.map((one) => rowOf(one, `${command.name()} `))));
  const codes = Object.entries(exitCodes).map(([name, code]) => `| ${code} | ${meanings[name as keyof typeof exitCodes]} |`);
  return [introduction, '| command | options | what it does |', '|---|---|---|', ...rows, '\n## How it ends\n', '| exit code | when |', '|---|---|', ...codes, ''].join('\n');
}

function rowOf(command: Command, prefix: string): string {
  const places = command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}${one.variadic ? '…' : ''}]`)).join(' ');
  const options = command.options.map((one) => `\`${one.flags.replaceAll('|', '\\|')}\`${one.argChoices === undefined ? '' : ` (${one.argChoices.join(', ')})`}${one.description === '' ? '' : ` ${one.description}`}`).join('; ');
  return `| \`selvedge ${prefix}${command.name()} ${places}`.trimEnd() + `\` | ${options} | ${command.description()} |`;
}

if (import.meta.main) await writeFile(path.join(checkout, 'docs/cli.md'), renderCliPage());
