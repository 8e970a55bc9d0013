/** Checks by name: each throws, or answers a sentence, when what it checks is missing. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<string | undefined> | string | undefined>>;

/** Runs all checks: what is missing, by name; empty when ready. */
export async function findMissing(checks: ReadinessChecks): Promise<Record<string, string>> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        return [name, await check()] as const;
      } catch (error) {
        return [name, error instanceof Error ? error.message : String(error)] as const;
      }
    }),
  );
  return Object.fromEntries(results.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
