import type { StreamFunction } from './stream-function.ts';
import { cos, sin } from '../mathematics/trigonometry.ts';
import { TOKENIZERS } from './tokenizers.ts';

const PRIORITIES = new Set(['INFO', 'DEBUG', 'WARN', 'FATAL', 'ERROR', 'OFF', 'TRACE']);
const LOG_FORMS = new Set(['', 'string', 'bool', 'string bool', 'string string', 'string string bool']);

export const STREAM_FUNCTIONS: ReadonlyMap<string, StreamFunction> = new Map<string, StreamFunction>([
  ...TOKENIZERS,
  [
    'pol2Cart',
    {
      form: '#pol2Cart(theta, rho[, z])',
      build: (values) => {
        if (values.length !== 2 && values.length !== 3) return { wrong: `takes two or three numbers, found ${values.length}` };
        const other = values.find((one) => one.type !== 'double');
        if (other !== undefined) return { wrong: `takes doubles, found ${other.type}` };
        const names = ['x', 'y', 'z'].slice(0, values.length);
        return { added: names.map((name) => ({ name, type: 'double' as const })) };
      },
      run: ([theta, rho, ...rest]) => {
        const missing = theta === null || theta === undefined || rho === null || rho === undefined;
        // The angle is in degrees, as Siddhi has it.
        const angle = (Number(theta) / 180) * Math.PI;
        return [missing ? null : Number(rho) * cos(angle), missing ? null : Number(rho) * sin(angle), ...rest];
      },
    },
  ],
  [
    'log',
    {
      form: "#log(['priority',] ['message',] [whole event])",
      build: (values) => {
        const forms = values.map((one) => one.type).join(' ');
        if (!LOG_FORMS.has(forms)) return { wrong: `takes at most a priority, a message and a bool, found ${forms === '' ? 'nothing' : values.map((one) => one.type).join(', ')}` };
        if (values.some((one) => one.type === 'bool' && one.kind !== 'constant')) return { wrong: 'takes a constant bool' };
        const priority = forms.startsWith('string string') ? values[0] : undefined;
        if (priority !== undefined && priority.kind !== 'constant') return { wrong: 'takes a constant as its priority' };
        if (priority !== undefined && !PRIORITIES.has(String(priority.value).toUpperCase())) return { wrong: `has the priorities ${[...PRIORITIES].join(', ')}, found '${String(priority.value)}'` };
        return { added: [] };
      },
      // A pure engine has no log; the events go on unchanged.
      run: () => [],
    },
  ],
]);
