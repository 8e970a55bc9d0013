import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type KubernetesObject, nameOf } from './render.ts';

/*
 * The schemas are those of Kubernetes and KEDA, as kubernetes-models and @kubernetes-models/keda carry them: validators
 * made from the OpenAPI documents for values, and types made from the same for names. The validators let fields pass that
 * they do not know, as an API server does unless asked; the compiler does not.
 */
const run = promisify(execFile);

type Model = new (data: unknown) => { validate: () => void };

/** Values that an API server would refuse, a sentence each. */
export async function valueFaults(objects: readonly KubernetesObject[]): Promise<string[]> {
  const faults = await Promise.all(
    objects.map(async (object) => {
      const models = (await import(moduleOf(object))) as Record<string, Model | undefined>;
      const Kind = models[object.kind];
      if (!Kind) return [`${nameOf(object)}: ${object.apiVersion} has no such kind`];
      try {
        new Kind(object).validate();
        return [];
      } catch (error) {
        return [`${nameOf(object)}: ${error instanceof Error ? error.message : error}`];
      }
    }),
  );
  return faults.flat();
}

/** Fields that the kinds of these objects do not have, as the TypeScript compiler reports them. */
export async function fieldFaults(objects: readonly KubernetesObject[]): Promise<string[]> {
  // Below this package, so that the compiler finds the types.
  const dir = await mkdtemp(path.join(import.meta.dirname, 'rendered-'));
  try {
    const file = path.join(dir, 'objects.ts');
    await writeFile(file, objects.map(declaration).join(''));
    const tsc = path.join(import.meta.dirname, '../../node_modules/.bin/tsc');
    const options = [
      '--noEmit',
      '--ignoreConfig',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2024',
    ];
    await run(tsc, [...options, file]);
    return [];
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    if (!stdout) throw error;
    return stdout.trim().split('\n');
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const declaration = (object: KubernetesObject, index: number) =>
  `import type { I${object.kind} as K${index} } from '${moduleOf(object)}';\n` +
  `export const o${index}: K${index} = ${JSON.stringify(object, undefined, 1)};\n`;

function moduleOf({ apiVersion, kind }: KubernetesObject): string {
  const packageName = apiVersion.startsWith('keda.sh/') ? '@kubernetes-models/keda' : 'kubernetes-models';
  return `${packageName}/${apiVersion}/${kind}`;
}
