// Plays recorded calls (Tests/Browser/Calls) of the core that is compiled for browsers, and wants the answers that the same
// sources gave natively: node play.mjs CORE.wasm FOLDER
import { webcrypto } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";

// The fewest calls of each export that must have been recorded: a player that finds none would always be content.
const least = { verify_proof: 700 };
// How many broken inputs each export is given: any answer will do, but a trap.
const broken = 500;

const [corePath, folder] = process.argv.slice(2);
const module = await WebAssembly.compile(readFileSync(corePath));
const imports = WebAssembly.Module.imports(module).map(({ module, name }) => `${module}.${name}`);
if (imports.join() !== "host.random") fail(`the core imports ${imports}`);

let core;
async function start() {
  const instance = await WebAssembly.instantiate(module, {
    host: { random: (pointer, count) => webcrypto.getRandomValues(new Uint8Array(core.memory.buffer, pointer, count)) },
  });
  core = instance.exports;
}

function call(name, input) {
  const pointer = core.reserve(input.length);
  new Uint8Array(core.memory.buffer, pointer, input.length).set(input);
  const answer = core[name](pointer, input.length);
  const count = new DataView(core.memory.buffer).getUint32(answer, true);
  return Buffer.from(core.memory.buffer.slice(answer + 4, answer + 4 + count));
}

/// The fields of `Packed`, three to a call.
function* recorded(bytes) {
  let position = 0;
  const field = () => {
    const count = bytes.readUInt32BE(position);
    position += 4 + count;
    return bytes.subarray(position - count, position);
  };
  while (position < bytes.length) yield { name: field().toString(), input: field(), answer: field() };
}

function fail(message) {
  console.error(`play.mjs: ${message}`);
  process.exit(1);
}

// Marsaglia's xorshift32: the same broken inputs each time.
let state = 0x9e3779b9;
function random(bound) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % bound;
}

function breakInput(input) {
  const copy = Buffer.from(input);
  for (let count = 1 + random(3); count > 0; count--) if (copy.length > 0) copy[random(copy.length)] ^= 1 << random(8);
  return random(4) === 0 ? copy.subarray(0, random(copy.length + 1)) : copy;
}

await start();
const inputs = {};
for (const file of readdirSync(folder).filter((name) => name.endsWith(".calls"))) {
  for (const { name, input, answer } of recorded(readFileSync(`${folder}/${file}`))) {
    (inputs[name] ??= []).push(input);
    const own = call(name, input);
    if (!own.equals(answer))
      fail(`${name}, call ${inputs[name].length}: ${own.toString("hex")} and natively ${answer.toString("hex")}`);
  }
}
for (const [name, count] of Object.entries(least)) {
  const found = inputs[name]?.length ?? 0;
  if (found < count) fail(`${found} calls of ${name} were recorded, not ${count}`);
}
for (const name of Object.keys(inputs)) {
  if (!(name in least)) fail(`${name} was recorded and is not in the list`);
  for (let turn = 0; turn < broken; turn++) {
    const input = breakInput(inputs[name][random(inputs[name].length)]);
    try {
      call(name, input);
    } catch (error) {
      fail(`${name} traps on ${input.toString("hex")}: ${error}`);
    }
  }
}
console.log(Object.entries(inputs).map(([name, { length }]) => `${name}: ${length} calls as natively`).join("\n"));
