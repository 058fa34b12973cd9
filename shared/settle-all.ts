/** Like Promise.all, but rejects once all have settled: what goes on after an error would meet the next attempt. */
export async function settleAll<Promises extends readonly unknown[]>(
  promises: readonly [...Promises],
): Promise<{ -readonly [Key in keyof Promises]: Awaited<Promises[Key]> }> {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}
