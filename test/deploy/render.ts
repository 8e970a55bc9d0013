import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { projectRoot, readTools } from '@lanekeeper/local-stack';
import { parseAllDocuments } from 'yaml';

/** A Kubernetes object as kustomize renders it; only what the tests look at has a type. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  data?: Record<string, string>;
  spec?: WorkloadSpec;
}

/** The spec of a Deployment, StatefulSet, Job, ScaledObject or NetworkPolicy, as far as the tests look at it. */
export interface WorkloadSpec {
  template?: { metadata?: { labels?: Record<string, string> }; spec: PodSpec };
  scaleTargetRef?: { name: string };
  triggers?: { type: string; metadata: Record<string, string> }[];
  podSelector?: { matchLabels?: Record<string, string> };
}

/** The spec of a pod. */
export interface PodSpec {
  serviceAccountName?: string;
  automountServiceAccountToken?: boolean;
  terminationGracePeriodSeconds?: number;
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  securityContext?: { runAsNonRoot?: boolean; runAsUser?: number; seccompProfile?: { type: string } };
  containers: Container[];
  initContainers?: Container[];
  volumes?: { name: string; hostPath?: object }[];
}

/** A container of a pod. */
export interface Container {
  name: string;
  image: string;
  env?: Variable[];
  envFrom?: { configMapRef?: { name: string } }[];
  ports?: { name: string; containerPort: number }[];
  resources?: Record<'requests' | 'limits', { cpu?: string; memory?: string }>;
  startupProbe?: object;
  livenessProbe?: object;
  readinessProbe?: object;
  securityContext?: {
    privileged?: boolean;
    allowPrivilegeEscalation?: boolean;
    readOnlyRootFilesystem?: boolean;
    runAsUser?: number;
    runAsNonRoot?: boolean;
    capabilities?: { drop?: string[]; add?: string[] };
  };
}

/** A variable of a container. */
export interface Variable {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: { name: string; key: string; optional?: boolean } };
}

/** What `kubectl apply -k` is tried with. */
export const kustomizations = ['overlays/dev', 'overlays/prod', 'migrate'] as const;

const run = promisify(execFile);

/** Renders one of the kustomizations in deploy/k8s, as `kubectl apply -k` would. Needs no cluster. */
export async function render(kustomization: string): Promise<KubernetesObject[]> {
  const { kubectl } = await readTools();
  if (!kubectl) throw new Error('kubectl is missing: run `node scripts/bootstrap.mjs tools`');
  const dir = path.join(projectRoot, 'deploy/k8s', kustomization);
  const { stdout } = await run(kubectl.path, ['kustomize', dir], { maxBuffer: 2 ** 26 });
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubernetesObject);
}

/** The pod that an object makes, if it makes any. */
export const podOf = ({ kind, spec }: KubernetesObject): PodSpec | undefined =>
  ['Deployment', 'StatefulSet', 'Job'].includes(kind) ? spec?.template?.spec : undefined;

/** What an object is called in messages. */
export const nameOf = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.name}`;
