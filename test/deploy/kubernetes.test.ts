import { globSync } from 'node:fs';
import { isWorkload, names, workloads } from '@lanekeeper/contracts';
import { projectRoot } from '@lanekeeper/local-stack';
import { loadConfig } from '@lanekeeper/service-kit';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { services } from '../docs/configuration-tables.ts';
import { policyFaults } from './policy.ts';
import { type Container, type KubernetesObject, kustomizations, type PodSpec, podOf, render } from './render.ts';
import { fieldFaults, valueFaults } from './schema.ts';

// kubectl and the compiler take long where everything does.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const rendered = new Map<string, KubernetesObject[]>();
beforeAll(async () => {
  await Promise.all(kustomizations.map(async (name) => rendered.set(name, await render(name))));
});
const objectsOf = (kustomization: string) => rendered.get(kustomization) ?? [];
/** The services that this working copy has. */
const built = globSync('services/*/src/main.ts', { cwd: projectRoot }).map((file) => file.split('/')[1] as string);

describe.each(kustomizations)('deploy/k8s/%s', (kustomization) => {
  it('renders objects that Kubernetes takes', async () => {
    const objects = objectsOf(kustomization);
    expect(objects.length).toBeGreaterThan(0);
    expect(await valueFaults(objects)).toEqual([]);
  });

  it('has no field that Kubernetes does not know', async () => {
    expect(await fieldFaults(objectsOf(kustomization))).toEqual([]);
  });

  it('runs nothing as root, nothing without limits or probes', () => {
    const pods = objectsOf(kustomization).filter(podOf);
    expect(pods).not.toEqual([]);
    expect(pods.flatMap(policyFaults)).toEqual([]);
  });

  it('names only what is there, or what docs/deploy.md asks for', () => {
    const objects = objectsOf(kustomization);
    const there = new Set(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
    const given = ['nats', 'database', 'database-admin', 'auth', 'secrets'].map((what) => `Secret lanekeeper-${what}`);
    const outside = kustomization === 'overlays/dev' ? [] : given;
    const missing = objects.flatMap(referencesOf).filter((name) => !there.has(name) && !outside.includes(name));
    expect(missing).toEqual([]);
  });
});

describe.each(['overlays/dev', 'overlays/prod'])('the services in deploy/k8s/%s', (overlay) => {
  const deploymentOf = (service: string) =>
    objectsOf(overlay).find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === service);
  const containerOf = (service: string) => podOf(deploymentOf(service) as KubernetesObject)?.containers[0] as Container;

  it.each(built)('%s is deployed, with an environment that it starts with', (service) => {
    expect(deploymentOf(service), 'a Deployment').toBeDefined();
    const schema = services[service];
    if (!schema) throw new Error(`${service} is not in test/docs/configuration-tables.ts`);
    const config = loadConfig(schema, environmentOf(objectsOf(overlay), containerOf(service)));
    expect(config.PORT).toBe(containerOf(service).ports?.[0]?.containerPort);
    expect(config.HOST).toBe('0.0.0.0');
  });

  it('everything stops in its own time: longest work, then drain, then the end by force', () => {
    for (const object of objectsOf(overlay).filter(({ kind }) => kind === 'Deployment')) {
      const pod = podOf(object) as PodSpec;
      const drainMs = Number(pod.containers[0]?.env?.find(({ name }) => name === 'DRAIN_TIMEOUT_MS')?.value);
      // A service leaves by itself 5 s after its drain timeout at the latest.
      expect((pod.terminationGracePeriodSeconds ?? 0) * 1_000, object.metadata.name).toBeGreaterThan(drainMs + 5_000);
      expect(drainMs, object.metadata.name).toBeGreaterThan(longestWorkMs(object.metadata.name));
    }
  });

  it('only the gateway reaches the status service, which asks nobody who they are', () => {
    const policies = objectsOf(overlay).filter(({ kind }) => kind === 'NetworkPolicy');
    const everybody = policies.filter(({ spec }) => Object.keys(spec?.podSelector ?? {}).length === 0);
    expect(everybody.map(({ metadata }) => metadata.name).toSorted()).toEqual([
      'everybody-to-dns',
      'nothing-by-default',
    ]);
    const status = policies.filter(
      ({ spec }) => spec?.podSelector?.matchLabels?.['app.kubernetes.io/name'] === 'status',
    );
    expect(status.map(({ metadata }) => metadata.name)).toEqual(['gateway-to-status']);
  });
});

it('workers scale by the lanes that wait for them', () => {
  const scaled = objectsOf('overlays/prod').filter(({ kind }) => kind === 'ScaledObject');
  const workers = objectsOf('overlays/prod').filter(({ metadata }) => metadata.name.endsWith('-worker'));
  expect(scaled.map(({ spec }) => spec?.scaleTargetRef?.name).toSorted()).toEqual(
    [...new Set(workers.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.name))].toSorted(),
  );
  const consumers = scaled.flatMap(({ spec }) => spec?.triggers ?? []).map(({ metadata }) => metadata);
  for (const { stream } of consumers) expect(stream).toBe(names().turnsStream);
  const scaling = consumers.map(({ consumer }) => consumer);
  for (const workload of Object.keys(workloads)) expect(scaling).toContain(names().turnsConsumer(workload));
});

it('the migrations of every service that has some run before an upgrade', () => {
  const [job] = objectsOf('migrate').flatMap((object) => (object.kind === 'Job' ? [podOf(object) as PodSpec] : []));
  const migrated = [...(job?.initContainers ?? []), ...(job?.containers ?? [])].map(({ name }) => name);
  const owners = globSync('services/*/src/migrate.ts', { cwd: projectRoot }).map((file) => file.split('/')[1]);
  expect(migrated.toSorted()).toEqual(owners.toSorted());
});

describe('the policy', () => {
  const gateway = () => {
    const object = objectsOf('overlays/prod').find(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'gateway',
    );
    const copy = structuredClone(object) as KubernetesObject;
    const pod = podOf(copy) as PodSpec;
    return { copy, pod, container: pod.containers[0] as Container };
  };

  it.each<[string, (pod: PodSpec, container: Container) => void]>([
    ['may run as root', (pod) => delete pod.securityContext?.runAsNonRoot],
    ['may run as root', (_pod, container) => Object.assign(container.securityContext ?? {}, { runAsUser: 0 })],
    ['may gain rights', (_pod, container) => delete container.securityContext],
    ['can write its root file system', (_pod, container) => delete container.securityContext?.readOnlyRootFilesystem],
    ['has no limits', (_pod, container) => delete container.resources?.limits.memory],
    ['has no liveness probe', (_pod, container) => delete container.livenessProbe],
    ['has no readiness probe', (_pod, container) => delete container.readinessProbe],
    ['without a version', (_pod, container) => Object.assign(container, { image: 'gateway:latest' })],
    ['token of the API server', (pod) => delete pod.automountServiceAccountToken],
  ])('says so when a container %s', (fault, spoil) => {
    const { copy, pod, container } = gateway();
    expect(policyFaults(copy)).toEqual([]);
    spoil(pod, container);
    expect(policyFaults(copy).join('\n')).toContain(fault);
  });

  it('notices a wrong value and an unknown field', async () => {
    const { copy, container } = gateway();
    Object.assign(copy.spec ?? {}, { replicas: 'two' });
    Object.assign(container, { livenessPrope: {} });
    expect(await valueFaults([copy])).toEqual([expect.stringContaining('replicas must be integer')]);
    expect((await fieldFaults([copy])).join('\n')).toContain('livenessPrope');
  });
});

/** The environment of a container, with something that fits for each secret. */
function environmentOf(objects: readonly KubernetesObject[], container: Container): Record<string, string> {
  const maps = (container.envFrom ?? []).map(({ configMapRef }) => configMapRef?.name);
  const shared = objects.filter(({ kind, metadata }) => kind === 'ConfigMap' && maps.includes(metadata.name));
  const own = (container.env ?? []).map(({ name, value }) => [name, value ?? secrets[name] ?? '']);
  return Object.assign({}, ...shared.map(({ data }) => data), Object.fromEntries(own));
}

const secrets: Record<string, string> = {
  NATS_URL: 'tls://user:password@nats:4222',
  DATABASE_URL: 'mysql://user:password@mysql/lanekeeper',
  AUTH_SECRET: 's'.repeat(32),
  SECRETS_KEY: `k1:${Buffer.alloc(32).toString('base64')}`,
  CLOUDINARY_URL: 'cloudinary://key:secret@cloud',
};

function referencesOf(object: KubernetesObject): string[] {
  const pod = podOf(object);
  const target = object.spec?.scaleTargetRef ? [`Deployment ${object.spec.scaleTargetRef.name}`] : [];
  if (!pod) return target;
  const containers = [...pod.containers, ...(pod.initContainers ?? [])];
  return [
    ...(pod.serviceAccountName ? [`ServiceAccount ${pod.serviceAccountName}`] : []),
    ...containers.flatMap(({ envFrom = [] }) => envFrom.map(({ configMapRef }) => `ConfigMap ${configMapRef?.name}`)),
    ...containers.flatMap(({ env = [] }) =>
      env.flatMap(({ valueFrom }) =>
        valueFrom?.secretKeyRef && !valueFrom.secretKeyRef.optional ? [`Secret ${valueFrom.secretKeyRef.name}`] : [],
      ),
    ),
  ];
}

/** The longest attempt of a worker's workloads, in milliseconds; other services have none. */
function longestWorkMs(service: string): number {
  const kinds: Record<string, string[]> = {
    'image-worker': ['remove-bg', 'crop-face'],
    'browser-worker': ['browser'],
    'fetch-worker': ['fetch'],
  };
  return Math.max(
    0,
    ...(kinds[service] ?? []).filter(isWorkload).map((workload) => workloads[workload].limits.timeoutMs),
  );
}
