// Keeps the session of a member of a consumer group alive while a handler is at work.

export interface Beating {
  heartbeat(): Promise<void>
  intervalMs: number
}

/** Resolves as `act` does. A heartbeat that fails is left to the next one that its batch makes. */
export async function whileBeating({ heartbeat, intervalMs }: Beating, act: () => void | Promise<void>): Promise<void> {
  const beating = setInterval(() => void heartbeat().catch(() => undefined), intervalMs)
  try {
    await act()
  } finally {
    clearInterval(beating)
  }
}
