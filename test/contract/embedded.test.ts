import { openTestStore } from '#test/support/store.ts'
import { logStoreContract } from './log-store.ts'

logStoreContract('embedded', async () => {
  const opened = await openTestStore({ migrate: false })
  return { store: opened.store, dispose: async () => opened[Symbol.asyncDispose]() }
})
