import { Dialog } from '@base-ui/react/dialog'

const keys: readonly (readonly [keys: string, what: string])[] = [
  ['⌘K or Ctrl K or /', 'find a pod by its name, uid, address or container id'],
  ['g d', 'the deaths'],
  ['j k', 'the next, the previous death'],
  ['e', 'of a pod: its end, the last words'],
  ['f', 'of a pod: its first error'],
  ['m', 'of a pod: the moment it died'],
  ['[ ]', 'of a pod: the previous, the next life'],
  ['g l', 'the logs'],
  ['/', 'of the logs: to the search text; Enter searches'],
  ['j k', 'of the logs: the next, the previous line; Enter opens it'],
  ['o', 'of the logs: newest first, or oldest first'],
  ['l', 'of the logs: the live tail, or what is stored'],
  ['p G', 'of the live tail: pause or go on, to the newest line'],
  ['v', 'of the logs: patterns, or lines'],
  ['w', 'wrap long lines, or not'],
  ['?', 'these keys'],
  ['Esc', 'close'],
]

export function KeysDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog">
          <Dialog.Title>Keys</Dialog.Title>
          <dl className="keys">
            {keys.map(([names, what]) => (
              <div key={what}>
                <dt>
                  <kbd>{names}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
          <Dialog.Close className="quiet">Close</Dialog.Close>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
