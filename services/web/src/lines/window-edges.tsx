// Both ends of lines that are read as one scrolls: what stands there, and what reads on.
import type { ReactNode } from 'react'
import type { useLineWindow } from './line-window.ts'

export interface Edge {
  text: ReactNode
  /** Undefined where there is nothing to read, or not now. */
  read: (() => void) | undefined
}

export function windowEdges(query: ReturnType<typeof useLineWindow>): { older: Edge; newer: Edge } {
  return {
    older: edge({
      has: query.hasPreviousPage,
      isFailed: query.isFetchPreviousPageError,
      isFetching: query.isFetching,
      read: () => void query.fetchPreviousPage(),
      words: ['The first line that is stored.', 'Reading earlier lines …', 'Earlier lines could not be read.'],
    }),
    newer: edge({
      has: query.hasNextPage,
      isFailed: query.isFetchNextPageError,
      isFetching: query.isFetching,
      read: () => void query.fetchNextPage(),
      words: ['The last line that is stored.', 'Reading later lines …', 'Later lines could not be read.'],
    }),
  }
}

interface EdgeState {
  has: boolean
  isFailed: boolean
  isFetching: boolean
  read: () => void
  words: readonly [end: string, reading: string, failed: string]
}

function edge({ has, isFailed, isFetching, read, words: [end, reading, failed] }: EdgeState): Edge {
  if (!has) return { text: end, read: undefined }
  if (!isFailed || isFetching) return { text: reading, read: isFetching ? undefined : read }
  return {
    text: (
      <>
        {failed}{' '}
        <button type="button" onClick={read}>
          Try again
        </button>
      </>
    ),
    read: undefined,
  }
}
