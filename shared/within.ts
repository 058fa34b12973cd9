// Bounds the wait for work that must not prevent a stop.

/** Resolves when the promise settles, or after so many ms. */
export function within(ms: number, promise: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    const settled = (): void => {
      clearTimeout(timer)
      resolve()
    }
    promise.then(settled, settled)
  })
}
