import { Chance, drawCharacter, PumpLoop } from './pump-loop.ts';

/**
 * Prints readings to train on as CSV: many loops of different character, each watched for a quarter of an hour, with
 * `loss`, the share of the flow that the valve takes away, beside every reading. The same text on every run.
 */
const loops = 160;
const watchMs = 15 * 60_000;
const start = 1_700_000_000_000;

const chance = new Chance(20_240_131);
const lines = ['loop,at,vibration1,vibration2,current,pressure,temperature,thermocouple,voltage,flow,loss'];
for (let number = 0; number < loops; number += 1) {
  const loop = new PumpLoop(`loop-${number}`, drawCharacter(chance), chance);
  const intervalMs = number % 4 === 0 ? 100 : 1000;
  let nextClosingAt = start + chance.between(30_000, 400_000);
  for (let at = start; at < start + watchMs; at += intervalMs) {
    if (at >= nextClosingAt) {
      const holdMs = chance.between(10_000, 180_000);
      loop.close({ startsAt: at, rampMs: chance.between(500, 40_000), holdMs, depth: chance.between(0.03, 0.6) });
      nextClosingAt = at + holdMs + chance.between(200_000, 500_000);
    }
    const reading = loop.read(at);
    lines.push(Object.values(reading).join(',') + `,${loop.lossAt(at).toFixed(4)}`);
  }
}
process.stdout.write(lines.join('\n') + '\n');
