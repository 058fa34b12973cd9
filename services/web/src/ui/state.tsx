// What stands where an answer is not there: it is slow, it failed, or there is nothing. Each says what to do next.
import { useEffect, useState, type ReactNode } from 'react'
import { ApiError } from '../api/client.ts'

/** ms after which an answer is called slow. */
const slowMs = 2500

export function Waiting({ what, onCancel }: { what: string; onCancel?: () => void }) {
  const [isSlow, setIsSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setIsSlow(true), slowMs)
    return () => clearTimeout(timer)
  }, [])
  return (
    <output className="state">
      <span className="spinner" aria-hidden="true" />
      <span>
        Reading {what}
        {isSlow ? ': this takes longer than it should. A shorter time or one namespace is quicker.' : ' …'}
      </span>
      {isSlow && onCancel !== undefined && (
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      )}
    </output>
  )
}

export function Failure({ what, error, onRetry }: { what: string; error: unknown; onRetry: () => void }) {
  return (
    <div className="state failure" role="alert">
      <div>
        <strong>{what} could not be read.</strong> {sentenceOf(error)}
      </div>
      <button type="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  )
}

function sentenceOf(error: unknown): string {
  if (error instanceof ApiError) return error.message
  return 'The service does not answer: is it running, and does this page come from it?'
}

export const Nothing = ({ children }: { children: ReactNode }) => <div className="state nothing">{children}</div>
