// Makes dist/, which any server of files can serve: TypeScript for the messages and services of the .proto files, in
// generated/, and the page bundled with it.
//
//   node build.mjs [--proto DIR]     the folder with the .proto files; the repository's own without it
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const flag = process.argv.indexOf('--proto');
const protos = resolve(flag > 0 ? process.argv[flag + 1] : join(here, '../../proto'));

function protoFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return protoFiles(path);
    return entry.name.endsWith('.proto') ? [relative(protos, path)] : [];
  });
}

process.chdir(here);
for (const folder of ['generated', 'dist']) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
}
execFileSync('protoc', [
  `--proto_path=${protos}`,
  '--plugin=protoc-gen-es=node_modules/.bin/protoc-gen-es',
  '--es_out=generated',
  '--es_opt=target=ts',
  ...protoFiles(join(protos, 'v1')),
  ...protoFiles(join(protos, 'oofgg/v1')),
], { stdio: 'inherit' });
cpSync('public', 'dist', { recursive: true });
await esbuild.build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/main.js',
  bundle: true,
  minify: true,
  sourcemap: true,
  format: 'esm',
  target: 'es2022',
});
