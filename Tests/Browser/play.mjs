// Plays recorded calls (Tests/Browser/Calls) of the core that is compiled for browsers, and wants the answers that the same
// sources gave natively: node play.mjs CORE.wasm FOLDER
import { webcrypto } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";

// The fewest calls of each export that must have been recorded: a player that finds none would always be content.
const least = {
  decide: 1800, open_age_file: 140, verify_statement: 100, derive_wallet: 50, read_certificate: 1000, verify_proof: 700,
  open_record: 100, follow_workflow: 200,
};
// The state that a decision is given is the ledger's own, and damage to it stops the contract: only its statement is broken.
const brokenField = { decide: 2 };
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

/// The fields of `Packed`.
function* unpack(bytes) {
  for (let position = 0; position < bytes.length; ) {
    const count = bytes.readUInt32BE(position);
    position += 4 + count;
    yield bytes.subarray(position - count, position);
  }
}

function pack(fields) {
  return Buffer.concat(
    fields.flatMap((field) => {
      const count = Buffer.alloc(4);
      count.writeUInt32BE(field.length);
      return [count, field];
    }),
  );
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

function breakInput(name, input) {
  if (!(name in brokenField)) return breakBytes(input);
  const fields = [...unpack(input)];
  fields[brokenField[name]] = breakBytes(fields[brokenField[name]]);
  return pack(fields);
}

function breakBytes(input) {
  const copy = Buffer.from(input);
  for (let count = 1 + random(3); count > 0; count--) if (copy.length > 0) copy[random(copy.length)] ^= 1 << random(8);
  return random(4) === 0 ? copy.subarray(0, random(copy.length + 1)) : copy;
}

await start();
const inputs = {};
for (const file of readdirSync(folder).filter((name) => name.endsWith(".calls"))) {
  const fields = [...unpack(readFileSync(`${folder}/${file}`))];
  for (let index = 0; index < fields.length; index += 3) {
    const name = fields[index].toString();
    const [input, answer] = fields.slice(index + 1, index + 3);
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
    const input = breakInput(name, inputs[name][random(inputs[name].length)]);
    try {
      call(name, input);
    } catch (error) {
      fail(`${name} traps on ${input.toString("hex")}: ${error}`);
    }
  }
}
console.log(Object.entries(inputs).map(([name, { length }]) => `${name}: ${length} calls as natively`).join("\n"));
