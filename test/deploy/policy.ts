import { type Container, type KubernetesObject, nameOf, type PodSpec, podOf } from './render.ts';

/** What an object's pods may do or lack that they should not, a sentence each. */
export function policyFaults(object: KubernetesObject): string[] {
  const pod = podOf(object);
  if (!pod) return [];
  const faults = [
    ...podFaults(pod),
    ...pod.containers.flatMap((container) => [
      ...containerFaults(container, pod),
      ...(object.kind === 'Job' ? [] : probeFaults(container)),
    ]),
    ...(pod.initContainers ?? []).flatMap((container) => containerFaults(container, pod)),
  ];
  return faults.map((fault) => `${nameOf(object)}: ${fault}`);
}

function podFaults(pod: PodSpec): string[] {
  const { securityContext, volumes = [] } = pod;
  return sentences({
    'its pods get a token of the API server': pod.automountServiceAccountToken !== false,
    'its pods share a namespace of the node': Boolean(pod.hostNetwork || pod.hostPID || pod.hostIPC),
    'its pods mount a folder of the node': volumes.some(({ hostPath }) => hostPath !== undefined),
    'its pods have no seccomp profile': securityContext?.seccompProfile?.type !== 'RuntimeDefault',
    'its pods have no grace period of their own': pod.terminationGracePeriodSeconds === undefined,
  });
}

function containerFaults({ name, image, resources, securityContext }: Container, pod: PodSpec): string[] {
  const user = securityContext?.runAsUser ?? pod.securityContext?.runAsUser;
  const nonRoot = securityContext?.runAsNonRoot ?? pod.securityContext?.runAsNonRoot;
  const { requests, limits } = resources ?? {};
  return sentences({
    [`${name} may run as root`]: nonRoot !== true || user === undefined || user === 0,
    [`${name} is privileged`]: securityContext?.privileged === true,
    [`${name} may gain rights`]: securityContext?.allowPrivilegeEscalation !== false,
    [`${name} keeps capabilities`]:
      !securityContext?.capabilities?.drop?.includes('ALL') || Boolean(securityContext.capabilities.add?.length),
    [`${name} can write its root file system`]: securityContext?.readOnlyRootFilesystem !== true,
    [`${name} has no limits`]: !limits?.cpu || !limits.memory,
    [`${name} has no requests`]: !requests?.cpu || !requests.memory,
    [`${name} has an image without a version`]: !/(:(?!latest$)[\w.-]+|@sha256:[0-9a-f]{64})$/.test(image),
  });
}

function probeFaults({ name, startupProbe, livenessProbe, readinessProbe }: Container): string[] {
  return sentences({
    [`${name} has no startup probe`]: !startupProbe,
    [`${name} has no liveness probe`]: !livenessProbe,
    [`${name} has no readiness probe`]: !readinessProbe,
  });
}

const sentences = (rules: Record<string, boolean>) => Object.keys(rules).filter((sentence) => rules[sentence]);
