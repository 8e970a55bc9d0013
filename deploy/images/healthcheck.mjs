/** Asks this container's service how it is: `node healthcheck.mjs /readyz`. Exits 1, and says why, unless it answers 200. */
const [route = '/healthz'] = process.argv.slice(2);
try {
  const answer = await fetch(`http://127.0.0.1:${process.env.PORT}${route}`, { signal: AbortSignal.timeout(4_000) });
  if (answer.status !== 200) {
    console.error(answer.status, await answer.text());
    process.exitCode = 1;
  }
} catch (error) {
  console.error(`no answer: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
