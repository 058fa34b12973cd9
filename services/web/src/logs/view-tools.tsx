// How the lines are shown: as they are, live, or as patterns; in which order, wrapped or not, and in which columns.
import { Popover } from '@base-ui/react/popover'
import { getRouteApi } from '@tanstack/react-router'
import { useKeys } from '../layout/use-keys.ts'
import { without } from '../search-params.ts'
import { lineColumns, standardColumns, withColumn } from './log-columns.ts'
import type { LogsSearch } from './logs-search.ts'

const route = getRouteApi('/logs')

const views = [
  [undefined, 'Lines'],
  ['live', 'Live'],
  ['patterns', 'Patterns'],
] as const

export function ViewTools() {
  const { view, order, wrap } = route.useSearch()
  const navigate = route.useNavigate()
  const change = (next: (before: LogsSearch) => LogsSearch): void => void navigate({ search: next, replace: true })
  const toggleWrap = (): void =>
    change((before) => (before.wrap === undefined ? { ...before, wrap: 'off' } : without(before, 'wrap')))
  const toggleOrder = (): void =>
    change((before) => {
      const rest = without(before, 'line')
      return before.order === undefined ? { ...rest, order: 'asc' } : without(rest, 'order')
    })
  const show = (name: LogsSearch['view']): void =>
    void navigate({
      search: (before) => {
        const rest = without(before, 'view', 'line')
        return name === undefined ? rest : { ...rest, view: name }
      },
    })
  useKeys({
    w: toggleWrap,
    o: toggleOrder,
    l: () => show(view === 'live' ? undefined : 'live'),
    v: () => show(view === 'patterns' ? undefined : 'patterns'),
    j: () => moveAmongLines(1),
    k: () => moveAmongLines(-1),
  })
  return (
    <div className="stream-tools">
      <fieldset className="segments" aria-label="View">
        {views.map(([name, word]) => (
          <button key={word} type="button" aria-pressed={view === name} onClick={() => show(name)}>
            {word}
          </button>
        ))}
      </fieldset>
      {view !== 'patterns' && (
        <>
          {view === undefined && (
            <button type="button" className="quiet" onClick={toggleOrder}>
              {order === undefined ? 'Newest first' : 'Oldest first'}
            </button>
          )}
          <button type="button" className="quiet" aria-pressed={wrap === undefined} onClick={toggleWrap}>
            Wrap
          </button>
          <ColumnChoice onChange={change} />
        </>
      )}
    </div>
  )
}

function ColumnChoice({ onChange }: { onChange: (next: (before: LogsSearch) => LogsSearch) => void }) {
  const chosen = route.useSearch({ select: ({ columns }) => columns }) ?? standardColumns
  const offered = [...lineColumns, ...chosen.filter((column) => !lineColumns.some((each) => each === column))]
  return (
    <Popover.Root>
      <Popover.Trigger className="quiet">Columns</Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={4} align="start">
          <Popover.Popup className="column-choice" aria-label="Columns">
            {offered.map((column) => (
              <label key={column}>
                <input
                  type="checkbox"
                  checked={chosen.includes(column)}
                  onChange={() =>
                    onChange((before) => {
                      const columns = withColumn(before.columns ?? standardColumns, column)
                      return columns === undefined ? without(before, 'columns') : { ...before, columns }
                    })
                  }
                />
                {column}
              </label>
            ))}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

/** Focuses the next line, or the one before; Enter opens it. */
function moveAmongLines(step: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('.stream-row button.line-time')].toSorted(
    (a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top,
  )
  const at = rows.findIndex((row) => row === document.activeElement)
  const top = document.querySelector('.stream')?.getBoundingClientRect().top ?? 0
  const next = at === -1 ? rows.find((row) => row.getBoundingClientRect().top >= top) : rows[at + step]
  next?.focus()
}
