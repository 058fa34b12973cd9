// The details of a line of the logs: each of its values selects or excludes its like, or becomes a column.
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Line } from '../api/types.ts'
import { LineDetails, useTimeText, type Fact } from '../lines/line-details.tsx'
import { without } from '../search-params.ts'
import { attributeColumn, lineFields, standardColumns, withColumn } from './log-columns.ts'
import { LineContext } from './line-context.tsx'
import { handleText } from './line-handle.ts'
import { fieldTerm } from './search-terms.ts'
import { useRefine } from './use-refine.ts'

const route = getRouteApi('/logs')

export function LogDetails({ line }: { line: Line }) {
  const [hasContext, setHasContext] = useState(false)
  const time = useTimeText(line.time)
  const { podUid } = line
  const facts: Fact[] = [
    { name: 'time', value: time },
    ...fieldsOfLine(line).map(({ name, field, column, value }) => ({
      name,
      value,
      actions: <ValueActions field={field} column={column ?? field} value={value} />,
    })),
    { name: 'offset', value: line.offset === null ? '' : String(line.offset) },
  ]
  return (
    <>
      <LineDetails line={line} facts={facts}>
        <Link to="." search={(before) => ({ ...without(before, 'from', 'to', 'view'), line: handleText(line) })}>
          Link to this line
        </Link>
        {podUid !== null && (
          <>
            <Link to="/pods/$uid" params={{ uid: podUid }} search={{ at: line.time }}>
              Its pod at this time
            </Link>
            <button type="button" aria-expanded={hasContext} onClick={() => setHasContext(!hasContext)}>
              Lines around it
            </button>
          </>
        )}
      </LineDetails>
      {hasContext && podUid !== null && <LineContext line={line} podUid={podUid} />}
    </>
  )
}

interface LineField {
  name: string
  /** As the search has it. */
  field: string
  /** Where it is another name. */
  column?: string
  value: string
}

const reserved = new Set<string>([...lineFields, 'message', 'restart', 'containerId', 'file', 'owner'])

function fieldsOfLine(line: Line): LineField[] {
  return [
    ...lineFields.map((field) => ({ name: field, field, value: line[field] ?? '' })),
    { name: 'restart', field: 'restart', value: line.restart === null ? '' : String(line.restart) },
    ...Object.entries(line.labels).map(([key, value]) => ({ name: `labels.${key}`, field: `labels.${key}`, value })),
    // A bare name finds an attribute, and a key of a message that is JSON.
    ...Object.entries(line.attributes).map(([key, value]) => ({
      name: key,
      field: reserved.has(key) ? `attributes.${key}` : key,
      column: attributeColumn(key),
      value,
    })),
  ]
}

function ValueActions({ field, column, value }: { field: string; column: string; value: string }) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const refine = useRefine()
  const shown = search.columns ?? standardColumns
  if (fieldTerm(field, value) === undefined) return null
  return (
    <span className="value-actions">
      <button
        type="button"
        aria-label={`Only ${field} ${value}`}
        title="Only this"
        onClick={() => refine.only(field, value)}
      >
        +
      </button>
      <button
        type="button"
        aria-label={`Without ${field} ${value}`}
        title="Without this"
        onClick={() => refine.exclude(field, value)}
      >
        −
      </button>
      <button
        type="button"
        aria-label={`Column ${column}`}
        aria-pressed={shown.includes(column)}
        title="As a column"
        onClick={() =>
          void navigate({
            search: (before) => {
              const columnsNow = withColumn(shown, column)
              return columnsNow === undefined ? without(before, 'columns') : { ...before, columns: columnsNow }
            },
            replace: true,
          })
        }
      >
        ▥
      </button>
    </span>
  )
}
