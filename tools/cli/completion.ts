import type { Command } from 'commander';
import { CliError, exitCodes } from './exit.ts';
import { kinds } from './kinds.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;

/** A script that completes commands, their subcommands and the kinds of things, made from the program itself. */
export function completionOf(shell: string, program: Command): string {
  const commands = program.commands.map((command) => command.name());
  const nested = program.commands.filter((command) => command.commands.length > 0).map((command) => [command.name(), command.commands.map((one) => one.name())] as const);
  const nouns = kinds.map((kind) => kind.names[1] ?? '');
  const cases = [...nested, ...['get', 'describe', 'why'].map((verb) => [verb, nouns] as const)];
  switch (shell) {
    case 'bash':
    case 'zsh':
      return `${shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_selvedge() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then words="${commands.join(' ')}"
  elif [ "$COMP_CWORD" -eq 2 ]; then case "\${COMP_WORDS[1]}" in
${cases.map(([name, words]) => `    ${name}) words="${words.join(' ')}" ;;`).join('\n')}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _selvedge selvedge
`;
    case 'fish':
      return [
        `complete -c selvedge -n __fish_use_subcommand -f -a "${commands.join(' ')}"`,
        ...cases.map(([name, words]) => `complete -c selvedge -n "__fish_seen_subcommand_from ${name}" -f -a "${words.join(' ')}"`),
        '',
      ].join('\n');
    default:
      throw new CliError(exitCodes.usage, `There is completion for ${shells.join(', ')}, not for '${shell}'.`);
  }
}
