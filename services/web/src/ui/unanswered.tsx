// What stands in the place of an answer that is not there yet, was cancelled, or failed.
import { useQueryClient } from '@tanstack/react-query'
import { Failure, Waiting } from './state.tsx'

export interface UnansweredProps {
  /** `the lines` */
  what: string
  queryKey: readonly unknown[]
  query: { error: unknown; fetchStatus: 'fetching' | 'paused' | 'idle'; refetch: () => unknown }
}

export function Unanswered({ what, queryKey, query: { error, fetchStatus, refetch } }: UnansweredProps) {
  const client = useQueryClient()
  if (fetchStatus !== 'idle')
    return <Waiting what={what} onCancel={() => void client.cancelQueries({ queryKey, exact: true })} />
  const name = what.charAt(0).toUpperCase() + what.slice(1)
  if (error !== null) return <Failure what={name} error={error} onRetry={() => void refetch()} />
  return (
    <div className="state">
      {name}: cancelled.
      <button type="button" onClick={() => void refetch()}>
        Read
      </button>
    </div>
  )
}
