// Finds a pod by any handle that one may have of it: its name, the beginning of its uid, its address, a container id, or
// its owner. Arrow keys go through the results, Enter opens one.
import { Dialog } from '@base-ui/react/dialog'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState, type KeyboardEvent } from 'react'
import { findPods } from '../api/find-pods.ts'
import { OutcomeBadge } from '../ui/outcome.tsx'
import { Failure, Nothing, Waiting } from '../ui/state.tsx'
import { Time } from '../ui/zone.tsx'

export function FindPod({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog finder">
          <Dialog.Title className="visually-hidden">Find a pod</Dialog.Title>
          <Finder onClose={onClose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Finder({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('')
  const handle = text.trim()
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['find-pods', handle],
    queryFn: ({ signal }) => findPods(handle, signal),
    enabled: handle.length > 1,
    placeholderData: (before) => before,
  })
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- Arrow keys go beside Tab, which goes everywhere.
    <search onKeyDown={moveAmongResults}>
      <input
        type="search"
        aria-label="Name, uid, address, container id or owner of a pod"
        placeholder="Name, uid, 10.244.1.7, container id, deploy/cart …"
        value={text}
        onChange={(event) => setText(event.target.value)}
        autoComplete="off"
        spellCheck={false}
        data-result
      />
      {error !== null && <Failure what="The pods" error={error} onRetry={() => void refetch()} />}
      {handle.length > 1 && data === undefined && error === null && <Waiting what="pods" />}
      {data !== undefined && handle.length > 1 && (
        <ul className="results" aria-busy={isFetching}>
          {data.map((pod) => (
            <li key={pod.uid}>
              <Link to="/pods/$uid" params={{ uid: pod.uid }} onClick={onClose} data-result>
                <OutcomeBadge outcome={pod.outcome} />
                <span className="pod-name">
                  <span className="namespace">{pod.namespace}/</span>
                  {pod.name}
                </span>
                <LastTime time={pod.diedAt ?? pod.lastSeen} />
              </Link>
            </li>
          ))}
        </ul>
      )}
      {data?.length === 0 && !isFetching && (
        <Nothing>
          No pod has this as its whole name, owner, address or container id, or as the beginning of its uid (6
          characters or more).
        </Nothing>
      )}
    </search>
  )
}

const LastTime = ({ time }: { time: string | null }) => (time === null ? null : <Time time={time} withAge />)

function moveAmongResults(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (step === 0) return
  const results = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-result]')]
  const next = results[results.findIndex((each) => each === document.activeElement) + step]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}
