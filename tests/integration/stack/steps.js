// Steps that are printed with the time they took; the first that fails ends the program with 1.
'use strict';
const assert = require('node:assert/strict');

const began = performance.now();
let done = 0;

async function step(what, run) {
  const start = performance.now();
  let timer;
  const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error('no answer within 60 s')), 60_000); });
  try {
    const said = await Promise.race([run(), late]);
    done++;
    console.log(`${(performance.now() - start).toFixed(1).padStart(8)} ms  ${what}${said ? `: ${said}` : ''}`);
    return said;
  } catch (error) {
    console.error(`FAILED  ${what}: ${error.message}`);
    process.exit(1);
  } finally {
    clearTimeout(timer);
  }
}

const kNames = ['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'];

// A call that must be refused, with that status.
function refused(name, what, call) {
  return step(`${what} is ${name}`, async () => {
    const error = await call().then(() => { throw new Error('it was not refused'); }, (error) => error);
    assert.equal(kNames[error.code] ?? error.message, name, error.message);
  });
}

function finish(what) {
  console.log(`${done} steps of ${what} in ${(performance.now() - began).toFixed(0)} ms`);
  process.exit(0);
}

module.exports = {assert, step, refused, finish, kNames};
