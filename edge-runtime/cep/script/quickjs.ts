import type { QuickJSContext, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from 'quickjs-emscripten-core';
import type { ScriptLanguage } from '../api.ts';

/** What one function may use. */
export interface ScriptLimits {
  /** How often the interpreter may look up during one call, which it does after every 10,000 steps or so. */
  looksMax: number;
}

const LIMITS: ScriptLimits = { looksMax: 100 };
/** Bytes for all functions together; what a call takes it gives back when it ends. */
const MEMORY_MAX = 64 * 1024 * 1024;
const PAGE = 65_536;
const STACK_MAX = 128 * 1024;
const BODY_MAX = 100_000;

/**
 * An interpreter for `define function f[javascript]`: QuickJS, compiled to WebAssembly, loaded on first use. A function
 * reaches nothing but its arguments: no clock, no chance, no modules, nothing of the host. Its time is counted in steps
 * and not in milliseconds, so that the same call ends alike on every machine.
 */
export async function javaScript(limits: ScriptLimits = LIMITS): Promise<ScriptLanguage> {
  const quickJs = await load();
  return { prepare: (name, body) => prepare(quickJs, name, body, limits) };
}

let loaded: Promise<QuickJSWASMModule> | undefined;

function load(): Promise<QuickJSWASMModule> {
  loaded ??= Promise.all([import('quickjs-emscripten-core'), import('@jitl/quickjs-singlefile-mjs-release-sync')])
    .then(([core, variant]) => core.newQuickJSWASMModuleFromVariant(variant.default))
    .then((quickJs) => {
      bound(quickJs.getWasmMemory());
      return quickJs;
    });
  return loaded;
}

/** The interpreter's own limit counts allocations and not their size; what it gets at all is limited here. */
function bound(memory: WebAssembly.Memory): void {
  const grow = memory.grow.bind(memory);
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * PAGE > MEMORY_MAX) throw new RangeError('Functions in JavaScript have no more memory.');
    return grow(pages);
  };
}

const INTRINSICS = { BaseObjects: true, Eval: true, StringNormalize: true, RegExp: true, JSON: true, Proxy: true, MapSet: true, TypedArrays: true, Promise: true, BigInt: true };

// What would make two calls with the same arguments differ, or keep something from one call to the next.
const SHUT = `'use strict';
delete Math['random'];
for (const one of [Object, Function, Array, String, Number, Boolean, Symbol, BigInt, RegExp, Map, Set, WeakMap, WeakSet, Promise, Proxy, Error]) {
  Object.freeze(one);
  if (one.prototype) Object.freeze(one.prototype);
}
for (const one of [Math, JSON, Reflect]) Object.freeze(one);
Object.freeze(globalThis);`;

/** The interpreters of functions that nobody can call any more are given back. */
const forgotten = new FinalizationRegistry(dispose);

interface Machine {
  runtime: QuickJSRuntime;
  context: QuickJSContext;
  run: QuickJSHandle;
}

function prepare(quickJs: QuickJSWASMModule, name: string, body: string, limits: ScriptLimits): ReturnType<ScriptLanguage['prepare']> {
  if (body.length > BODY_MAX) return { wrong: `it has more than ${BODY_MAX} characters` };
  const read = makeMachine(quickJs, body);
  if ('wrong' in read) return read;
  dispose(read);
  // An editor checks a text at every keystroke and never runs it; the machine to run on is made at the first call.
  let machine: Machine | undefined;
  let looks = 0;
  const run = (data: readonly unknown[]): unknown => {
    if (machine === undefined) {
      const made = makeMachine(quickJs, body);
      if ('wrong' in made) throw new Error(`The function '${name}' cannot be read: ${made.wrong}.`);
      made.runtime.setInterruptHandler(() => ++looks > limits.looksMax);
      forgotten.register(run, made);
      machine = made;
    }
    looks = 0;
    const answer = call(machine, data);
    if (!('failed' in answer)) return answer.value;
    throw new Error(looks > limits.looksMax ? `The function '${name}' ran for too long.` : `The function '${name}' failed: ${answer.failed}.`);
  };
  return { run };
}

/** An interpreter with one function in it, or why there can be none. */
function makeMachine(quickJs: QuickJSWASMModule, body: string): Machine | { wrong: string } {
  const runtime = quickJs.newRuntime();
  runtime.setMaxStackSize(STACK_MAX);
  const context = runtime.newContext({ intrinsics: INTRINSICS });
  const shut = context.unwrapResult(context.evalCode(SHUT));
  const maker = context.unwrapResult(context.evalCode(`(body) => new Function('data', "'use strict';" + body)`));
  const text = context.newString(body);
  const made = context.callFunction(maker, context.undefined, text);
  for (const handle of [shut, maker, text]) handle.dispose();
  if (made.error === undefined) return { runtime, context, run: made.value };
  const wrong = reasonOf(context, made.error);
  context.dispose();
  runtime.dispose();
  return { wrong };
}

function dispose({ runtime, context, run }: Machine): void {
  run.dispose();
  context.dispose();
  runtime.dispose();
}

function call({ context, run }: Machine, data: readonly unknown[]): { value: unknown } | { failed: string } {
  const list = context.newArray();
  try {
    data.forEach((value, index) => {
      const handle = handleOf(context, value);
      context.setProp(list, index, handle);
      handle.dispose();
    });
    const result = context.callFunction(run, context.undefined, list);
    if (result.error !== undefined) return { failed: reasonOf(context, result.error) };
    const value: unknown = context.dump(result.value);
    result.value.dispose();
    return { value };
  } finally {
    list.dispose();
  }
}

function handleOf(context: QuickJSContext, value: unknown): QuickJSHandle {
  switch (typeof value) {
    case 'number':
      return context.newNumber(value);
    case 'string':
      return context.newString(value);
    case 'boolean':
      return value ? context.true : context.false;
    case 'bigint':
      return context.newBigInt(value);
    default:
      return value === null || value === undefined ? context.null : context.unwrapResult(context.evalCode(`(${JSON.stringify(plain(value))})`));
  }
}

/** What of an object can be handed in: a set or map as JSON has it. */
function plain(value: unknown): unknown {
  if (value instanceof Set) return [...value];
  return value instanceof Map ? Object.fromEntries(value) : value;
}

function reasonOf(context: QuickJSContext, error: QuickJSHandle): string {
  const given: unknown = context.dump(error);
  error.dispose();
  if (typeof given !== 'object' || given === null) return String(given);
  const message: unknown = Reflect.get(given, 'message');
  return typeof message === 'string' && message !== '' ? message.slice(0, 200) : 'it gave no reason';
}
